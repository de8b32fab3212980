vcl 4.1;

import std;

backend default none;

sub vcl_recv {
    return (synth(200));
}

sub vcl_synth {
    set resp.http.Content-Type = "text/plain";
    set resp.body = "" + client.ip + " " + std.port(client.ip) + {"
"} + server.ip + " " + std.port(server.ip) + {"
"};
    return (deliver);
}
