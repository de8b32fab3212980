//! The chart of all counts: a line for each row, a dot for each entrant.

use std::{error::Error, path::Path};

use plotters::prelude::*;

use crate::{
    contest::{ENTRANTS, is_same_work},
    counts::Counts,
    rows::rows,
};

/// Draws the chart, the axis of instructions logarithmic.
///
/// # Errors
///
/// If the file cannot be written.
pub fn draw(counts: &Counts, file: &Path) -> Result<(), Box<dyn Error>> {
    let rows = rows();
    let height = u32::try_from(rows.len())? * 22 + 80;
    let area = SVGBackend::new(file, (860, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let lines = -(i32::try_from(rows.len())?);
    let mut chart = ChartBuilder::on(&area)
        .caption(
            "Instructions for the same work: proxy-proto blue, peers gray, hollow if they do less",
            ("sans-serif", 14),
        )
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(230)
        .build_cartesian_2d((10_f64..300_000_f64).log_scale(), lines..1)?;
    let name = |line: &i32| {
        usize::try_from(-line)
            .ok()
            .and_then(|line| rows.get(line))
            .map_or("", |row| row.name)
    };
    chart
        .configure_mesh()
        .y_labels(rows.len() + 2)
        .y_label_formatter(&|line| name(line).into())
        .x_label_formatter(&f64::to_string)
        .light_line_style(TRANSPARENT)
        .draw()?;
    for (line, row) in (0_i32..).zip(&rows) {
        // Ours last, so that it is on top.
        for entrant in ENTRANTS.iter().rev() {
            let Some(count) = counts.of(row, entrant) else {
                continue;
            };
            let colour = if entrant.name == ENTRANTS[0].name {
                &OURS
            } else {
                &PEER
            };
            let style = if is_same_work(row, entrant) {
                colour.filled()
            } else {
                colour.stroke_width(1)
            };
            let place = (f64::from(u32::try_from(count)?), -line);
            chart.draw_series([Circle::new(place, 4, style)])?;
        }
    }
    area.present()?;
    Ok(())
}

const OURS: RGBColor = RGBColor(0x1F, 0x6F, 0xEB);
const PEER: RGBColor = RGBColor(0xAA, 0xAA, 0xAA);
