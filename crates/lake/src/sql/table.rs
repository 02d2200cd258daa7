//! A record type as a table of the query engine: its segments, and what is still in the log.

use std::path::absolute;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown};
use datafusion::object_store::path::Path as StorePath;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::union::UnionExec;
use records::{RECORD_TYPES, Timestamp};

use crate::columns::schema;
use crate::manifest::Segment;
use crate::{Lake, TimeRange};

/// The records of one type.
#[derive(Debug)]
pub(crate) struct LakeTable {
    schema: SchemaRef,
    segments: Vec<(Segment, PartitionedFile)>,
    /// Records that are in no segment.
    unsettled: Option<RecordBatch>,
}

impl LakeTable {
    pub(crate) fn new(lake: &Lake, type_index: usize) -> Result<Self> {
        let record_type = RECORD_TYPES.get(type_index).unwrap_or(&RECORD_TYPES[0]);
        let dir = absolute(&lake.dir)?;
        let of_type = lake.manifest.segments.iter().filter(|segment| segment.record_type == record_type.name);
        let segments = of_type.map(|segment| {
            let mut file = PartitionedFile::new("", segment.bytes);
            file.object_meta.location = StorePath::from_absolute_path(segment.path(&dir))
                .map_err(|error| DataFusionError::External(error.into()))?;
            Ok((segment.clone(), file))
        });
        Ok(Self {
            schema: schema(record_type),
            segments: segments.collect::<Result<_>>()?,
            unsettled: lake.unsettled.get(&type_index).cloned(),
        })
    }

    /// Reads the segments that may hold records of the time range.
    fn scan_segments(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        range: &TimeRange,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let overlaps = |segment: &Segment| range.overlaps(Timestamp(segment.first), Timestamp(segment.last));
        let due = self.segments.iter().filter(|(segment, _)| overlaps(segment));
        let rows: u64 = due.clone().map(|(segment, _)| segment.rows).sum();
        let files: Vec<PartitionedFile> = due.map(|(_, file)| file.clone()).collect();
        let options = state.config_options().execution.parquet.clone();
        let mut parquet = datafusion::config::TableParquetOptions::new();
        parquet.global = options;
        let source = ParquetSource::new(Arc::clone(&self.schema)).with_table_parquet_options(parquet);
        let mut statistics = Statistics::new_unknown(&self.schema);
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(usize::MAX));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_group(FileGroup::new(files))
            .with_projection_indices(projection.cloned())?
            .with_statistics(statistics)
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let segments = self.scan_segments(state, projection, &time_range(filters), limit)?;
        let Some(batch) = &self.unsettled else { return Ok(segments) };
        let batches = [vec![batch.clone()]];
        let log = MemorySourceConfig::try_new_exec(&batches, Arc::clone(&self.schema), projection.cloned())?;
        UnionExec::try_new(vec![segments, log])
    }
}

/// The span of time outside of which the filters, all of which must hold, let nothing through.
fn time_range(filters: &[Expr]) -> TimeRange {
    let mut range = TimeRange::ALL;
    for (operator, ts) in filters.iter().filter_map(bound) {
        let until = |ts: i64| Some(Timestamp(ts.saturating_add(1)));
        match operator {
            Operator::Gt | Operator::GtEq => range.from = range.from.max(Some(Timestamp(ts))),
            Operator::Lt | Operator::LtEq => range.until = earlier(range.until, until(ts)),
            Operator::Eq => {
                range.from = range.from.max(Some(Timestamp(ts)));
                range.until = earlier(range.until, until(ts));
            }
            _ => {}
        }
    }
    range
}

fn earlier(left: Option<Timestamp>, right: Option<Timestamp>) -> Option<Timestamp> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// A filter that compares the record's time with a constant, seen from the time.
fn bound(filter: &Expr) -> Option<(Operator, i64)> {
    let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else { return None };
    match (&**left, &**right) {
        (Expr::Column(column), Expr::Literal(ScalarValue::TimestampNanosecond(Some(ts), _), _))
            if column.name == "ts" =>
        {
            Some((*op, *ts))
        }
        (Expr::Literal(ScalarValue::TimestampNanosecond(Some(ts), _), _), Expr::Column(column))
            if column.name == "ts" =>
        {
            Some((op.swap()?, *ts))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit};

    use super::*;

    #[test]
    fn filters_on_the_time_bound_the_segments() {
        let at = |ts| lit(ScalarValue::TimestampNanosecond(Some(ts), None));
        let cases = [
            (vec![], None, None),
            (vec![col("ts").gt(at(5)), col("ts").gt_eq(at(3))], Some(5), None),
            (vec![col("ts").lt(at(5)), at(9).gt(col("ts"))], None, Some(6)),
            (vec![col("ts").eq(at(5))], Some(5), Some(6)),
            (vec![col("ts").not_eq(at(5)), col("other").gt(at(5))], None, None),
        ];
        for (filters, from, until) in cases {
            let range = TimeRange { from: from.map(Timestamp), until: until.map(Timestamp) };
            assert_eq!(time_range(&filters), range, "{filters:?}");
        }
    }
}
