//! The times of all contestants as a chart: a line for each input, a dot for each contestant.

use crate::{
    peers::{Contestant, Floor, Ours},
    results::{
        Row,
        svg::{Axis, Svg},
    },
};

/// The chart of these rows, the axis logarithmic.
#[must_use]
pub fn chart(title: &str, rows: &[Row]) -> String {
    let below = rows.iter().fold(TOP, |y, _| y + STEP);
    let mut svg = Svg::new(WIDTH, below + 40.0, title);
    let times = rows.iter().flat_map(Row::times).map(|(_, time)| time);
    let axis = Axis::around(times, LEFT, WIDTH - 30.0);
    legend(title, &mut svg);
    for (value, x) in axis.ticks() {
        svg.line((x, TOP - 14.0), (x, below), "#ddd");
        svg.text(x, below + 16.0, "middle", &format!("{value} ns"));
    }
    let mut y = TOP;
    for row in rows {
        svg.text(LEFT - 10.0, y + 4.0, "end", row.input);
        svg.line((LEFT, y), (WIDTH - 30.0, y), "#eee");
        // Ours last, so that it lies on top.
        for (name, time) in row.times().filter(|(name, _)| *name != Ours::NAME) {
            let colour = if name == Floor::NAME { FLOOR } else { PEER };
            svg.dot((axis.place(time), y), colour, name != Floor::NAME);
        }
        if let Some(time) = row.ours() {
            svg.dot((axis.place(time), y), OURS, true);
        }
        y += STEP;
    }
    svg.finish()
}

fn legend(title: &str, svg: &mut Svg) {
    svg.text(10.0, 22.0, "start", title);
    let entries = [
        (OURS, true, "proxy-proto"),
        (PEER, true, "peers that are right"),
        (
            FLOOR,
            false,
            "floor: compare the signature, copy the addresses",
        ),
    ];
    for ((colour, filled, text), x) in entries.into_iter().zip([300.0, 400.0, 550.0]) {
        svg.dot((x, 18.0), colour, filled);
        svg.text(x + 9.0, 22.0, "start", text);
    }
}

const WIDTH: f64 = 860.0;
const LEFT: f64 = 150.0;
const TOP: f64 = 60.0;
const STEP: f64 = 20.0;

const OURS: &str = "#1f6feb";
const PEER: &str = "#bbb";
const FLOOR: &str = "#333";
