//! Commands of the protocols of plants and buildings, told apart by what they do to a controller.

use std::net::IpAddr;

use records::{AnyRecord, Iec104, ModbusDetailed, Timestamp, Uid};
use world::{DeviceIndex, Direction, Seen};

/// The record types that hold commands.
pub(crate) const READS: &[&str] = &["bacnet", "cip", "dnp3", "iec104", "modbus_detailed", "s7comm"];

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    /// It only asks.
    Ask,
    /// It changes values.
    Write,
    /// It starts or stops the controller, or changes its program.
    Control,
}

/// A command that one of our devices sent to a controller.
pub(crate) struct Command<'a> {
    pub(crate) ts: Timestamp,
    pub(crate) uid: Uid,
    pub(crate) master: IpAddr,
    pub(crate) device: DeviceIndex,
    pub(crate) controller: IpAddr,
    pub(crate) protocol: &'static str,
    pub(crate) function: &'a str,
    record: &'a AnyRecord,
}

impl<'a> Command<'a> {
    /// The command that the record is, if it is one.
    pub(crate) fn of(seen: &Seen<'a>) -> Option<Self> {
        if seen.direction != Direction::Internal {
            return None;
        }
        let (protocol, function) = match seen.record {
            AnyRecord::Bacnet(bacnet) => ("BACnet", bacnet.pdu_service.as_deref()?),
            AnyRecord::Cip(cip) => ("EtherNet/IP", cip.cip_service.as_ref()),
            AnyRecord::Dnp3(dnp3) => ("DNP3", dnp3.fc_request.as_deref()?),
            AnyRecord::Iec104(iec104) if is_command(iec104) => ("IEC 104", iec104.type_id.as_ref()),
            AnyRecord::ModbusDetailed(modbus) => ("Modbus", modbus.func.as_ref()),
            AnyRecord::S7comm(s7) => ("S7", s7.function_name.as_deref()?),
            _ => return None,
        };
        let (id, uid) = (seen.id?, seen.uid?);
        // Of a building's devices either may ask the other, whoever spoke first.
        let is_turned_round = matches!(seen.record, AnyRecord::Bacnet(bacnet) if !bacnet.is_orig);
        let (master, device, controller) = if is_turned_round {
            (id.resp_h, seen.resp?, id.orig_h)
        } else {
            (id.orig_h, seen.orig?, id.resp_h)
        };
        Some(Self { ts: seen.ts, uid, master, device, controller, protocol, function, record: seen.record })
    }

    pub(crate) fn deed(&self) -> Deed {
        let has = |words: &[&str]| words.iter().any(|word| self.function.contains(word));
        let begins = |words: &[&str]| words.iter().any(|word| self.function.starts_with(word));
        let (control, write) = match self.protocol {
            "Modbus" => (false, has(&["WRITE"])),
            "DNP3" => (
                has(&["RESTART", "STOP_APPL", "START_APPL", "INITIALIZE", "DELETE_FILE"]),
                has(&["WRITE", "OPERATE"]),
            ),
            "S7" => (has(&["Request Download", "PI-Service", "PLC Stop"]), has(&["Write Variable"])),
            "EtherNet/IP" => (
                begins(&["Reset", "Start", "Stop", "Create", "Delete", "Restore"]),
                has(&["Set_", "Write_", "Insert_Member", "Remove_Member", "Apply_Attributes"]),
            ),
            "BACnet" => (
                has(&["ReinitializeDevice", "DeviceCommunicationControl", "CreateObject", "DeleteObject"]),
                has(&["WriteProperty", "AtomicWriteFile", "ListElement", "LifeSafetyOperation"]),
            ),
            _ => (begins(&["C_RP"]), begins(&["C_SC", "C_DC", "C_RC", "C_SE", "C_BO", "P_"])),
        };
        match (control, write) {
            (true, _) => Deed::Control,
            (false, true) => Deed::Write,
            (false, false) => Deed::Ask,
        }
    }

    /// The point of the controller that is written, and the number that it is to have. `None` for what has only two
    /// states, and where the number is not in the record.
    pub(crate) fn setting(&self) -> Option<(String, f64)> {
        match self.record {
            AnyRecord::ModbusDetailed(modbus) => setting_of_register(modbus),
            AnyRecord::Bacnet(bacnet) if bacnet.pdu_service.as_deref() == Some("WriteProperty") => {
                let kind = bacnet.object_type.as_deref().filter(|kind| !kind.starts_with("binary"))?;
                let point = format!("{kind} {} {}", bacnet.instance_number?, bacnet.property.as_deref()?);
                number(point, bacnet.value.as_deref()?)
            }
            AnyRecord::Iec104(iec104) if iec104.type_id.starts_with("C_SE") => {
                let point = format!("station {} object {}", iec104.common_address?, iec104.object_address?);
                number(point, iec104.value.as_deref()?)
            }
            _ => None,
        }
    }
}

/// Whether the controlling end asks for it in earnest.
fn is_command(iec104: &Iec104) -> bool {
    iec104.is_orig && iec104.test != Some(true) && iec104.cause.as_deref() == Some("act")
}

fn setting_of_register(modbus: &ModbusDetailed) -> Option<(String, f64)> {
    let is_register = modbus.func.contains("WRITE") && modbus.func.contains("REGISTER");
    if !is_register || modbus.func.contains("MASK") {
        return None;
    }
    let value = modbus.request_values.as_ref()?.first()?;
    Some((format!("unit {} register {}", modbus.unit, modbus.address?), *value as f64))
}

fn number(point: String, value: &str) -> Option<(String, f64)> {
    value.parse::<f64>().ok().filter(|value| value.is_finite()).map(|value| (point, value))
}
