//! What the clouds' balancers say in the application range. Spec: §2.2.8.
//!
//! The types are theirs by custom only, and others may use the same bytes for something else: a value
//! that is not of the expected form is not an error but not theirs.

mod aws;
mod azure;
mod gcp;

pub use aws::AwsVpcEndpointId;
pub use azure::AzurePrivateEndpointLinkId;
pub use gcp::GcpPscConnectionId;
