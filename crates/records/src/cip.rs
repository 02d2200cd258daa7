use std::borrow::Cow;

use crate::{Endpoints, Record, Timestamp, Uid};

/// A request of the Common Industrial Protocol and its reply.
#[derive(Clone, Debug, Default, PartialEq, Record)]
#[record("cip")]
pub struct Cip {
    /// Time of the request; of the reply where no request was seen.
    pub ts: Timestamp,
    /// Connection that carried it.
    pub uid: Uid,
    /// Both ends of the connection.
    pub id: Endpoints,
    /// Number that joins request and reply on a connection of CIP.
    pub cip_sequence_count: Option<u16>,
    /// Number of the service.
    pub cip_service_code: u8,
    /// The service, e.g. `Get_Attribute_Single` or `Write_Tag`.
    pub cip_service: Cow<'static, str>,
    /// Number of the reply's status; 0 is success. Absent where no reply was seen.
    pub cip_status_code: Option<u8>,
    /// The reply's status, e.g. `Success`.
    pub cip_status: Option<Cow<'static, str>>,
    /// Class of the object that is asked.
    pub class_id: Option<u32>,
    /// Name of the class, e.g. `Identity`.
    pub class_name: Option<Cow<'static, str>>,
    /// Instance of the class.
    pub instance_id: Option<u32>,
    /// Attribute of the instance.
    pub attribute_id: Option<u32>,
    /// Name of the tag that is asked, where it is named: the parts of a path joined by dots.
    pub symbol: Option<String>,
}
