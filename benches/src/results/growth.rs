//! How cost grows, as a table and as a chart.

use core::fmt::Write as _;

use crate::{
    growth::{CHUNKED_LEN, CHUNKS, LENGTHS, NETWORKS},
    results::{
        Measured,
        report::time,
        svg::{Axis, Svg},
    },
};

/// What grows, and how it must.
struct Series {
    /// The bench.
    name: &'static str,
    /// What the sizes count.
    of: String,
    /// How cost may grow.
    must: &'static str,
    sizes: Vec<u32>,
}

/// The series as a table.
pub(crate) fn table(measured: &Measured, text: &mut String) {
    text.push_str("| | must be | size: time |\n|---|---|---|\n");
    for series in series() {
        let times: Vec<_> = series
            .points(measured)
            .map(|(size, ns)| format!("{size}: {}", time(Some(ns))))
            .collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            series.of,
            series.must,
            times.join(", ")
        );
    }
}

/// The series as a chart, one panel each, both axes logarithmic.
#[must_use]
pub fn growth_chart(measured: &Measured) -> String {
    let mut svg = Svg::new(WIDTH, HEIGHT, "How cost grows");
    for (panel, left) in series().into_iter().zip([70.0, 380.0, 690.0]) {
        let points: Vec<_> = panel.points(measured).collect();
        let xs = Axis::around(points.iter().map(|&(size, _)| size), left, left + 220.0);
        let ys = Axis::around(points.iter().map(|&(_, ns)| ns), HEIGHT - 50.0, 60.0);
        svg.text(left, 45.0, "start", &panel.of);
        for (value, x) in xs.ticks() {
            svg.line((x, 60.0), (x, HEIGHT - 50.0), "#ddd");
            svg.text(x, HEIGHT - 32.0, "middle", &value);
        }
        for (value, y) in ys.ticks() {
            svg.line((left, y), (left + 220.0, y), "#ddd");
            svg.text(left - 6.0, y + 4.0, "end", &value);
        }
        let points: Vec<_> = points
            .iter()
            .map(|&(size, ns)| (xs.place(size), ys.place(ns)))
            .collect();
        svg.path(&points, "#1f6feb");
        for point in points {
            svg.dot(point, "#1f6feb", true);
        }
    }
    svg.finish()
}

impl Series {
    /// The sizes that were measured, and their times.
    fn points<'a>(&'a self, measured: &'a Measured) -> impl Iterator<Item = (f64, f64)> + 'a {
        self.sizes.iter().filter_map(|&size| {
            let ns = measured.nanoseconds("growth", self.name, &size.to_string())?;
            Some((f64::from(size), ns))
        })
    }
}

fn series() -> [Series; 3] {
    let sizes = |sizes: &[usize]| {
        sizes
            .iter()
            .filter_map(|&n| u32::try_from(n).ok())
            .collect()
    };
    [
        Series {
            name: "networks",
            of: "trusted networks, one lookup, ns".into(),
            must: "flat or logarithmic",
            sizes: NETWORKS.to_vec(),
        },
        Series {
            name: "length",
            of: "bytes of header, decoded and walked, ns".into(),
            must: "linear",
            sizes: sizes(&LENGTHS),
        },
        Series {
            name: "chunks",
            of: format!("chunks of a header of {CHUNKED_LEN} bytes, ns"),
            must: "linear",
            sizes: sizes(&CHUNKS),
        },
    ]
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 320.0;
