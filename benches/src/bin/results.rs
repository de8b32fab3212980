//! Turns what `cargo bench` measured into RESULTS.md and its charts.

use std::{fs, io, path::Path};

use proxy_proto_benches::results::{
    Measured, chart, decode_rows, encode_rows, growth_chart, report,
};

fn main() -> io::Result<()> {
    let measured = Measured::find()?;
    let place = Path::new(env!("CARGO_MANIFEST_DIR"));
    let charts = place.join("charts");
    fs::create_dir_all(&charts)?;
    let decode = chart("Decoding one header", &decode_rows(&measured));
    let encode = chart("Encoding one header", &encode_rows(&measured));
    fs::write(charts.join("decode.svg"), decode)?;
    fs::write(charts.join("encode.svg"), encode)?;
    fs::write(charts.join("growth.svg"), growth_chart(&measured))?;
    fs::write(place.join("RESULTS.md"), report(&measured))
}
