//! What the balancers of cloud providers send in the application range. Spec: §2.2.8.
//!
//! The spec does not assign these types, and others may use the same bytes for something else. So a
//! value of another form is not an error, but another sender's TLV.

mod aws;
mod azure;
mod gcp;

pub use aws::AwsVpcEndpointId;
pub use azure::AzurePrivateEndpointLinkId;
pub use gcp::GcpPscConnectionId;
