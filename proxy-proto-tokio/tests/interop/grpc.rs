//! gRPC with clients that are not tonic's.

use crate::support::{Haproxy, Reserved, Scratch, Service, is_listening, output_of};

#[tokio::test]
#[ignore = "needs curl: .ci/run interop"]
async fn curl_calls_after_its_own_header() {
    let mut service = Service::start("tonic", "127.0.0.1:0", &["127.0.0.1"]).await;
    let server = service.address();
    let scratch = Scratch::new();
    // A request of no bytes, which is not compressed.
    let request = scratch.write("request", "\0\0\0\0\0");
    let request = format!("@{}", request.display());
    let url = format!("http://{server}/grpc.health.v1.Health/Check");
    let mut arguments = vec!["--silent", "--show-error", "--haproxy-protocol"];
    arguments.extend(["--http2-prior-knowledge", "--data-binary", &request]);
    arguments.extend(["--header", "Content-Type: application/grpc"]);
    arguments.extend(["--dump-header", "-", "--output", "/dev/null"]);
    arguments.extend(["--write-out", "%{local_ip}:%{local_port}", &url]);
    let output = output_of("curl", &arguments).await;
    assert!(output.contains("grpc-status: 0\r\n"), "{output}");
    let own = output.lines().last().unwrap();
    let line = service.line().await;
    assert_eq!(line, format!("call client={own} server={server}"));
}

#[tokio::test]
#[ignore = "needs haproxy and python3-grpcio: .ci/run interop"]
async fn grpcio_calls_through_haproxy() {
    let mut service = Service::start("tonic", "127.0.0.1:0", &["127.0.0.3"]).await;
    let front = Reserved::on("127.0.0.1");
    let (bind, backend) = (front.address(), service.address());
    let _haproxy = Haproxy::start(
        &format!(
            "listen grpc\n bind {bind}\n source 127.0.0.3\n server one {backend} send-proxy-v2\n"
        ),
        &[],
    );
    is_listening(bind).await;

    // Debian's own Python, which has Debian's packages.
    let status = output_of("/usr/bin/python3", &["-c", GRPCIO, &bind.to_string()]).await;
    assert_eq!(status, "SERVING\n");
    let line = service.line().await;
    assert!(line.starts_with("call client=127.0.0.1:"), "{line}");
    assert!(line.ends_with(&format!(" server={bind}")), "{line}");
}

/// The messages are those of `grpc.health.v1`, as bytes: an empty request, and a status of 1.
const GRPCIO: &str = r#"
import grpc, sys
with grpc.insecure_channel(sys.argv[1], [("grpc.enable_http_proxy", 0)]) as channel:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=bytes,
        response_deserializer=bytes,
    )
    assert check(b"", timeout=10) == b"\x08\x01"
print("SERVING")
"#;
