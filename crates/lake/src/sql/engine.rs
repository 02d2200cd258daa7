//! The query engine, with the lake's tables in it.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, ScalarUDF, ident};
use datafusion::prelude::{SessionConfig, SessionContext};
use records::{Kind, RECORD_TYPES, RecordType};
use tokio::runtime::Runtime;

use super::functions::{InNetwork, Seconds};
use super::inputs;
use super::table::LakeTable;
use crate::{Lake, LakeError};

/// What a query may take in memory; sorts and groups that need more are spilled to temporary files.
const QUERY_BYTES_MAX: usize = 1 << 30;

pub(crate) struct Engine {
    pub(crate) context: SessionContext,
    pub(crate) runtime: Runtime,
}

impl Engine {
    pub(crate) fn new(lake: &Lake) -> std::result::Result<Self, LakeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(LakeError::io("start the query engine for", &lake.dir))?;
        let context = context(lake).map_err(LakeError::query)?;
        Ok(Self { context, runtime })
    }
}

fn context(lake: &Lake) -> Result<SessionContext> {
    let mut config = SessionConfig::new().with_target_partitions(1).with_information_schema(true);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    options.execution.parquet.bloom_filter_on_read = true;
    options.execution.collect_statistics = false;
    let environment = RuntimeEnvBuilder::new().with_memory_limit(QUERY_BYTES_MAX, 1.0).build_arc()?;
    let context = SessionContext::new_with_config_rt(config, environment);
    let seconds = ScalarUDF::from(Seconds::default());
    context.register_udf(seconds.clone());
    context.register_udf(ScalarUDF::from(InNetwork::default()));
    for (type_index, record_type) in RECORD_TYPES.iter().enumerate() {
        let table = Arc::new(LakeTable::new(lake, type_index)?);
        if record_type.columns.iter().any(|column| is_span(column.kind)) {
            let plan = LogicalPlanBuilder::scan(record_type.name, provider_as_source(table), None)?
                .project(columns(record_type, &seconds))?
                .build()?;
            context.register_table(record_type.name, Arc::new(ViewTable::new(plan, None)))?;
        } else {
            context.register_table(record_type.name, table)?;
        }
    }
    context.register_table(inputs::NAME, Arc::new(inputs::table(lake)?))?;
    Ok(context)
}

/// The columns as SQL shows them: spans of time as seconds.
fn columns(record_type: &'static RecordType, seconds: &ScalarUDF) -> impl Iterator<Item = Expr> {
    record_type.columns.iter().map(move |column| {
        let value = ident(column.name);
        if is_span(column.kind) { seconds.call(vec![value]).alias(column.name) } else { value }
    })
}

const fn is_span(kind: Kind) -> bool {
    matches!(kind, Kind::Interval | Kind::IntervalList)
}
