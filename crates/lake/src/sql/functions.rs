//! Functions that the query engine does not have.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, Float64Array, ListArray};
use arrow::compute::kernels::comparison::ilike;
use arrow::datatypes::{DataType, DurationNanosecondType, Field, TimeUnit};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use records::Network;

const NANOSECONDS: f64 = 1e9;

/// `seconds(span)`: a span of time, or a list of them, as floating point seconds.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Seconds(Signature);

impl Default for Seconds {
    fn default() -> Self {
        Self(Signature::any(1, Volatility::Immutable))
    }
}

impl ScalarUDFImpl for Seconds {
    fn name(&self) -> &str {
        "seconds"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match arguments {
            [DataType::Duration(TimeUnit::Nanosecond)] => Ok(DataType::Float64),
            [DataType::List(_)] => Ok(DataType::List(seconds_item())),
            other => exec_err!("seconds takes a span of time, not {other:?}"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&arguments.args)?;
        let [array] = arrays.as_slice() else { return exec_err!("seconds takes one argument") };
        let Some(lists) = array.as_list_opt::<i32>() else {
            return Ok(ColumnarValue::Array(Arc::new(to_seconds(array)?)));
        };
        let values: ArrayRef = Arc::new(to_seconds(lists.values())?);
        let lists =
            ListArray::try_new(seconds_item(), lists.offsets().clone(), values, lists.nulls().cloned())?;
        Ok(ColumnarValue::Array(Arc::new(lists)))
    }
}

fn seconds_item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Float64, true))
}

fn to_seconds(spans: &ArrayRef) -> Result<Float64Array> {
    let Some(spans) = spans.as_primitive_opt::<DurationNanosecondType>() else {
        return exec_err!("seconds takes a span of time, not {}", spans.data_type());
    };
    Ok(spans.unary(|span| span as f64 / NANOSECONDS))
}

/// `in_network(address, network)`: whether the address lies in a network such as `10.0.0.0/8`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct InNetwork(Signature);

impl Default for InNetwork {
    fn default() -> Self {
        Self(Signature::exact(vec![DataType::Utf8, DataType::Utf8], Volatility::Immutable))
    }
}

impl ScalarUDFImpl for InNetwork {
    fn name(&self) -> &str {
        "in_network"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [addresses, ColumnarValue::Scalar(ScalarValue::Utf8(Some(network)))] = arguments.args.as_slice()
        else {
            return exec_err!("in_network takes an address and a network in quotes");
        };
        let Some(network) = Network::parse(network) else {
            return exec_err!("`{network}` is no network; write it as 10.0.0.0/8");
        };
        let addresses = addresses.to_array(arguments.number_rows)?;
        let Some(addresses) = addresses.as_string_opt::<i32>() else {
            return exec_err!("in_network takes an address, not {}", addresses.data_type());
        };
        let is_in = |text: &str| text.parse::<IpAddr>().is_ok_and(|address| network.contains(address));
        let found: BooleanArray = addresses.iter().map(|text| text.map(is_in)).collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}

/// Whether any text of a list is like the pattern, in upper or lower case.
#[derive(Debug, PartialEq, Eq, Hash)]
struct AnyLike(Signature);

/// The expression for [`AnyLike`].
pub(crate) fn any_like(list: Expr, pattern: String) -> Expr {
    let function = AnyLike(Signature::any(2, Volatility::Immutable));
    ScalarUDF::from(function).call(vec![list, Expr::Literal(ScalarValue::Utf8(Some(pattern)), None)])
}

impl ScalarUDFImpl for AnyLike {
    fn name(&self) -> &str {
        "any_like"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [lists, ColumnarValue::Scalar(ScalarValue::Utf8(Some(pattern)))] = arguments.args.as_slice()
        else {
            return exec_err!("any_like takes a list and a pattern");
        };
        let lists = lists.to_array(arguments.number_rows)?;
        let Some(lists) = lists.as_list_opt::<i32>() else {
            return exec_err!("any_like takes a list, not {}", lists.data_type());
        };
        let pattern = arrow::array::StringArray::new_scalar(pattern);
        let alike = ilike(lists.values(), &pattern)?;
        let is_alike = |index: usize| alike.is_valid(index) && alike.value(index);
        let ends = lists.offsets().windows(2).map(|ends| match ends {
            [from, until] => *from as usize..*until as usize,
            _ => 0..0,
        });
        let found: BooleanArray = ends.map(|mut items| Some(items.any(is_alike))).collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}
