//! The picture: logins a second on each backend.

use core::{error::Error, time::Duration};
use std::path::Path;

use plotters::prelude::*;
use tokio::time::Instant;

use crate::{NAMES, history::History};

/// Draws the logins of each backend over time, with what happened to it marked.
pub(crate) fn draw(history: &History, file: &Path) -> Result<(), Box<dyn Error>> {
    let start = history.steps.start;
    let seconds = |at: Instant| (at - start).as_secs_f64();
    let last = history.logins().map(|login| login.session.since).max();
    let slice = (last.ok_or("no login")? - start) / SLICES;
    let rates = rates(history, slice);
    let end = slice.as_secs_f64() * f64::from(SLICES);
    let highest = rates.iter().flatten().copied().fold(0.0, f64::max);

    let area = SVGBackend::new(file, (860, 360)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption("Logins a second on each backend", FONT)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..end, 0.0..highest * 1.2)?;
    chart
        .configure_mesh()
        .x_desc("seconds")
        .x_label_formatter(&|seconds| format!("{seconds:.0}"))
        .y_label_formatter(&|rate| format!("{rate:.0}"))
        .light_line_style(TRANSPARENT)
        .draw()?;
    // Wider below, so that all can be seen while they are the same.
    let styles = COLOURS.into_iter().zip([6, 4, 2]);
    let styles = styles.map(|(colour, width)| colour.stroke_width(width));
    for ((name, style), rates) in NAMES.into_iter().zip(styles).zip(rates) {
        // In the middle of its slice of time.
        let middles = (0..).map(|place: u32| slice.as_secs_f64() * (f64::from(place) + 0.5));
        let points = middles.zip(rates);
        chart
            .draw_series(LineSeries::new(points, style))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
    }
    let [one, two, _] = COLOURS;
    let steps = &history.steps;
    for (at, what, colour) in [
        (steps.kill.begun, "one is killed", one),
        (steps.drain.begun, "two: drain", two),
        (steps.maint.begun, "two: maint, then SIGTERM", two),
    ] {
        let at = seconds(at);
        let line = [(at, 0.0), (at, highest * 1.15)];
        chart.draw_series([PathElement::new(line, colour.stroke_width(1))])?;
        let place = (at + end / 200.0, highest * 1.15);
        chart.draw_series([Text::new(what, place, ("sans-serif", 12))])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(FONT)
        .draw()?;
    area.present()?;
    Ok(())
}

/// Logins a second in each slice of time, for each backend.
fn rates(history: &History, slice: Duration) -> [Vec<f64>; NAMES.len()] {
    let mut rates = NAMES.map(|_| (0..SLICES).map(|_| 0.0).collect::<Vec<_>>());
    for login in history.logins() {
        let since_start = login.session.since - history.steps.start;
        // The last login is at the end of the last slice.
        let place = usize::try_from(since_start.as_micros() / slice.as_micros().max(1));
        let rate = rates
            .get_mut(login.backend)
            .and_then(|rates| rates.get_mut(place.ok()?));
        if let Some(rate) = rate {
            *rate += slice.as_secs_f64().recip();
        }
    }
    rates
}

/// Points of each line.
const SLICES: u32 = 60;

const FONT: (&str, u32) = ("sans-serif", 14);

/// Blue is what stays.
const COLOURS: [RGBColor; NAMES.len()] = [
    RGBColor(0xAA, 0xAA, 0xAA),
    RGBColor(0xE0, 0x7B, 0x00),
    RGBColor(0x1F, 0x6F, 0xEB),
];
