//! What services are about: objects, properties and values.

use std::borrow::Cow;

use super::error_names::error_name;
use super::names::{communication_state, restart_state};
use super::tags::{Tag, Tags, number, object, text};

/// Services that ask for an answer.
pub(super) mod confirmed {
    pub(in super::super) const READ_FILE: u8 = 6;
    pub(in super::super) const WRITE_FILE: u8 = 7;
    pub(in super::super) const ADD_ELEMENT: u8 = 8;
    pub(in super::super) const REMOVE_ELEMENT: u8 = 9;
    pub(in super::super) const DELETE_OBJECT: u8 = 11;
    pub(in super::super) const READ_PROPERTY: u8 = 12;
    pub(in super::super) const READ_MULTIPLE: u8 = 14;
    pub(in super::super) const WRITE_PROPERTY: u8 = 15;
    pub(in super::super) const WRITE_MULTIPLE: u8 = 16;
    pub(in super::super) const CONTROL_COMMUNICATION: u8 = 17;
    pub(in super::super) const REINITIALIZE: u8 = 20;
    pub(in super::super) const READ_RANGE: u8 = 26;
}

/// Services that ask for none.
pub(super) mod unconfirmed {
    pub(in super::super) const I_AM: u8 = 0;
    pub(in super::super) const I_HAVE: u8 = 1;
    pub(in super::super) const WHO_IS: u8 = 8;
}

/// What a message is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) object: Option<(u16, u32)>,
    pub(super) property: Option<u32>,
    pub(super) index: Option<u32>,
    pub(super) value: Option<String>,
    pub(super) vendor: Option<u16>,
}

/// What a request, or its answer, is about.
pub(super) fn of_confirmed(service: u8, content: &[u8]) -> Content {
    let mut tags = Tags::new(content);
    match service {
        confirmed::READ_PROPERTY
        | confirmed::WRITE_PROPERTY
        | confirmed::READ_RANGE
        | confirmed::ADD_ELEMENT
        | confirmed::REMOVE_ELEMENT => {
            let object = tags.placed(0).and_then(object);
            property(object, 1, &mut tags)
        }
        confirmed::READ_MULTIPLE | confirmed::WRITE_MULTIPLE => {
            let object = tags.placed(0).and_then(object);
            if tags.opens(1) {
                property(object, 0, &mut tags)
            } else {
                Content { object, ..Content::default() }
            }
        }
        confirmed::READ_FILE | confirmed::WRITE_FILE | confirmed::DELETE_OBJECT => {
            Content { object: typed_object(&mut tags), ..Content::default() }
        }
        confirmed::CONTROL_COMMUNICATION => {
            // How many minutes it lasts.
            tags.placed(0);
            let value = tags.placed(1).and_then(number).map(communication_state);
            Content { value, ..Content::default() }
        }
        confirmed::REINITIALIZE => {
            Content { value: tags.placed(0).and_then(number).map(restart_state), ..Content::default() }
        }
        _ => Content::default(),
    }
}

/// A property at this place, the element of it and its value at those after it.
fn property(object: Option<(u16, u32)>, place: u8, tags: &mut Tags<'_>) -> Content {
    let property = tags.placed(place).and_then(number);
    let index = tags.placed(place + 1).and_then(number);
    let value = if tags.opens(place + 2) { only_value(tags, place + 2) } else { None };
    Content { object, property, index, value, vendor: None }
}

/// The value up to the end of the place, if it is one.
fn only_value(tags: &mut Tags<'_>, place: u8) -> Option<String> {
    let Some(Tag::Typed(kind, value)) = tags.next() else { return None };
    (tags.next() == Some(Tag::Closing(place))).then(|| text(kind, value))?
}

fn typed_object(tags: &mut Tags<'_>) -> Option<(u16, u32)> {
    match tags.next() {
        Some(Tag::Typed(12, value)) => object(value),
        _ => None,
    }
}

/// What a message is about that asks for no answer.
pub(super) fn of_unconfirmed(service: u8, content: &[u8]) -> Content {
    let mut tags = Tags::new(content);
    match service {
        unconfirmed::I_AM => {
            let object = typed_object(&mut tags);
            // What it can receive stands before the vendor.
            let vendor = match tags.nth(2) {
                Some(Tag::Typed(2, value)) => number(value).and_then(|vendor| u16::try_from(vendor).ok()),
                _ => None,
            };
            Content { object, vendor, ..Content::default() }
        }
        unconfirmed::I_HAVE => {
            let device = typed_object(&mut tags);
            let object = typed_object(&mut tags);
            let value = match tags.next() {
                Some(Tag::Typed(kind @ 7, value)) => text(kind, value),
                _ => None,
            };
            Content { object: object.or(device), value, ..Content::default() }
        }
        unconfirmed::WHO_IS => {
            let low = tags.placed(0).and_then(number);
            let range = low.zip(tags.placed(1).and_then(number));
            Content { value: range.map(|(low, high)| format!("{low}-{high}")), ..Content::default() }
        }
        _ => Content::default(),
    }
}

/// The error of an answer: its class stands before its code.
pub(super) fn error(content: &[u8]) -> Option<Cow<'static, str>> {
    let values = Tags::new(content).filter_map(|tag| match tag {
        Tag::Typed(9, value) => number(value),
        _ => None,
    });
    values.take(2).nth(1).map(error_name)
}
