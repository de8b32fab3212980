//! What the balancers of the clouds send in the application range. Spec: §2.2.8.
//!
//! The types are theirs by custom only, and others may use the same bytes for something else: a value
//! of another form is not an error: it is someone else's.

mod aws;
mod azure;
mod gcp;

pub use aws::AwsVpcEndpointId;
pub use azure::AzurePrivateEndpointLinkId;
pub use gcp::GcpPscConnectionId;
