/// The address to limit or ban, if there is one: a client's, and never the balancer's.
fn accountable(info: &ConnectionInfo) -> Option<IpAddr> {
    let client = info.client_ip();
    let is_balancer = info.header().is_some() && client == info.peer_addr().to_canonical().ip();
    if is_balancer { None } else { client }
}
