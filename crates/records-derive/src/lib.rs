//! `#[derive(Record)]`: columns, writing and reading of a record type from its documented struct.
//!
//! The struct needs `#[record("name")]`, its Zeek name, and a doc comment on itself and on each field. A field
//! of type `Endpoints` named `id` becomes Zeek's four `id.…` columns; `#[record(name = "…")]` on a field gives
//! its column another name than the field has.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Error, Expr, Field, Fields, Lit, LitStr, Meta, Result};

/// See the crate's documentation.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<Tokens> {
    let ident = &input.ident;
    let name = record_name(input)?;
    let doc =
        doc_of(&input.attrs).ok_or_else(|| Error::new_spanned(ident, "a record type needs a doc comment"))?;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(ident, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(ident, "a record's fields have names"));
    };
    let parts = fields.named.iter().map(Part::new).collect::<Result<Vec<_>>>()?;
    let columns = parts.iter().map(|part| &part.columns);
    let writes = parts.iter().map(|part| &part.write);
    let reads = parts.iter().map(|part| &part.read);
    Ok(quote! {
        impl crate::Record for #ident {
            const TYPE: crate::RecordType =
                crate::RecordType { name: #name, doc: #doc, columns: &[#(#columns),*] };
            fn ts(&self) -> crate::Timestamp {
                self.ts
            }
            fn write(&self, writer: &mut impl crate::ColumnWriter) {
                #(#writes)*
            }
            fn read(reader: &mut impl crate::ColumnReader) -> ::core::result::Result<Self, crate::ReadError> {
                Ok(Self { #(#reads),* })
            }
        }
    })
}

struct Part {
    columns: Tokens,
    write: Tokens,
    read: Tokens,
}

const ENDPOINT_COLUMNS: [(&str, &str, bool); 4] = [
    ("orig_h", "Address of the originator: who opened the connection.", true),
    ("orig_p", "Port of the originator (ICMP: type).", false),
    ("resp_h", "Address of the responder.", true),
    ("resp_p", "Port of the responder (ICMP: code).", false),
];

impl Part {
    fn new(field: &Field) -> Result<Self> {
        let ident = field.ident.as_ref().ok_or_else(|| Error::new_spanned(field, "a field needs a name"))?;
        let doc = doc_of(&field.attrs).ok_or_else(|| {
            Error::new_spanned(ident, "a column needs a doc comment: it is the user's reference")
        })?;
        let kind = &field.ty;
        if quote!(#kind).to_string() == "Endpoints" {
            return Ok(Self::endpoints(ident));
        }
        let name =
            column_name(field)?.unwrap_or_else(|| ident.to_string().trim_start_matches("r#").to_owned());
        Ok(Self {
            columns: quote!(crate::Column {
                name: #name,
                kind: <#kind as crate::Value>::KIND,
                optional: <#kind as crate::Value>::OPTIONAL,
                doc: #doc,
            }),
            write: quote!(crate::Value::write(&self.#ident, writer);),
            read: quote!(#ident: <#kind as crate::Value>::read_required(reader)?),
        })
    }

    fn endpoints(ident: &syn::Ident) -> Self {
        let columns = ENDPOINT_COLUMNS.map(|(name, doc, is_address)| {
            let name = format!("{ident}.{name}");
            let kind = if is_address { quote!(Address) } else { quote!(Count) };
            quote!(crate::Column { name: #name, kind: crate::Kind::#kind, optional: false, doc: #doc })
        });
        let fields = ENDPOINT_COLUMNS.map(|(name, ..)| syn::Ident::new(name, ident.span()));
        Self {
            columns: quote!(#(#columns),*),
            write: quote!(#(crate::Value::write(&self.#ident.#fields, writer);)*),
            read: quote!(#ident: Endpoints { #(#fields: crate::Value::read_required(reader)?),* }),
        }
    }
}

fn record_name(input: &DeriveInput) -> Result<LitStr> {
    let attribute = input
        .attrs
        .iter()
        .find(|attribute| attribute.path().is_ident("record"))
        .ok_or_else(|| Error::new_spanned(&input.ident, "say the record's name: #[record(\"name\")]"))?;
    attribute.parse_args()
}

fn column_name(field: &Field) -> Result<Option<String>> {
    let Some(attribute) = field.attrs.iter().find(|attribute| attribute.path().is_ident("record")) else {
        return Ok(None);
    };
    let mut name = None;
    attribute.parse_nested_meta(|meta| {
        if meta.path.is_ident("name") {
            name = Some(meta.value()?.parse::<LitStr>()?.value());
            return Ok(());
        }
        Err(meta.error("only `name = \"…\"` is known here"))
    })?;
    Ok(name)
}

/// The doc comment as one paragraph.
fn doc_of(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value().trim().to_owned()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .collect();
    let doc = lines.join(" ").trim().to_owned();
    (!doc.is_empty()).then_some(doc)
}
