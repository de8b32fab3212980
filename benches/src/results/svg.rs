//! The little of SVG that the charts need.

use core::fmt::Write as _;

/// A drawing on white.
pub(crate) struct Svg(String);

/// Where values come to lie, on a logarithmic scale that goes through whole powers of ten.
pub(crate) struct Axis {
    /// Powers of ten.
    first: i32,
    last: i32,
    from: f64,
    to: f64,
}

impl Svg {
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <title>{title}</title>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>"
        );
        Self(text)
    }

    /// Text that starts at, ends at or lies around this place.
    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
        );
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.path(&[from, to], colour);
    }

    /// A line through these places.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], colour: &str) {
        let points: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let _ = writeln!(
            self.0,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"/>",
            points.join(" ")
        );
    }

    pub(crate) fn dot(&mut self, (x, y): (f64, f64), colour: &str, filled: bool) {
        let fill = if filled { colour } else { "#fff" };
        let _ = writeln!(
            self.0,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{fill}\" stroke=\"{colour}\"/>"
        );
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}

impl Axis {
    /// An axis on which all these values, greater than 0, lie between `from` and `to`.
    pub(crate) fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let logarithms = values.filter(|value| *value > 0.0).map(f64::log10);
        let (least, greatest) = logarithms.fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(least, greatest), one| (least.min(one), greatest.max(one)),
        );
        // The logarithms of the times there can be lie between these.
        let power = |value: f64| {
            (-3..=12)
                .rfind(|power| f64::from(*power) <= value)
                .unwrap_or(0)
        };
        let first = power(least);
        let mut last: i32 = power(greatest);
        if f64::from(last) < greatest || last <= first {
            last = last.saturating_add(1);
        }
        Self {
            first,
            last: last.max(first.saturating_add(1)),
            from,
            to,
        }
    }

    pub(crate) fn place(&self, value: f64) -> f64 {
        let (first, last) = (f64::from(self.first), f64::from(self.last));
        let part = (value.log10() - first) / (last - first);
        self.from + part * (self.to - self.from)
    }

    /// The powers of ten, and where they lie.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (String, f64)> {
        (self.first..=self.last).map(|power| {
            let value = 10_f64.powi(power);
            (format!("{value}"), self.place(value))
        })
    }
}
