//! Tables as Parquet, for R, Python and databases.

use super::table::{Kind, Table, Values};
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// Rows of a row group: some megabytes for a table of a hundred columns.
const ROWS: usize = 65_536;

/// Writes a table, compressed with Snappy. The bytes depend on the table and the version of this program only.
///
/// # Errors
/// Those of the writer.
pub fn write(table: &Table, out: impl Write + Send) -> Result<()> {
    let fields = table.columns.iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Key | Kind::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Number => (PhysicalType::DOUBLE, None),
            Kind::Integer | Kind::Year => (PhysicalType::INT64, None),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_logical_type(logical)
            .with_repetition(Repetition::OPTIONAL);
        Ok(Arc::new(field.build()?))
    });
    let schema = Type::group_type_builder("schema").with_fields(fields.collect::<Result<_>>()?).build()?;
    let properties = WriterProperties::builder()
        .set_created_by(concat!("ounce version ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::SNAPPY)
        // Nearly every number of a draw differs from all others: a dictionary would only cost time.
        .set_dictionary_enabled(false)
        .build();
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
    for start in (0..table.rows()).step_by(ROWS) {
        let end = (start + ROWS).min(table.rows());
        let mut group = file.next_row_group()?;
        for column in &table.columns {
            let Some(mut writer) = group.next_column()? else { break };
            match &column.values {
                Values::Text(values) => {
                    let (values, levels) = present(&values[start..end], |text| {
                        (!text.is_empty()).then(|| ByteArray::from(text.as_bytes().to_vec()))
                    });
                    writer.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                }
                Values::Number(values) => {
                    let (values, levels) =
                        present(&values[start..end], |number| number.is_finite().then_some(*number));
                    writer.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                }
                Values::Integer(values) => {
                    let (values, levels) = present(&values[start..end], |number| *number);
                    writer.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                }
            }
            writer.close()?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
}

/// The values that are there, and for every row whether it has one.
fn present<T, V>(values: &[T], value: impl Fn(&T) -> Option<V>) -> (Vec<V>, Vec<i16>) {
    let found: Vec<Option<V>> = values.iter().map(value).collect();
    let levels = found.iter().map(|value| i16::from(value.is_some())).collect();
    (found.into_iter().flatten().collect(), levels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_written_is_read_back_with_its_types_and_its_gaps() {
        let mut table = Table::new(
            "draws",
            "",
            &[("variant", Kind::Key, "", ""), ("draw", Kind::Integer, "", ""), ("x", Kind::Number, "", "")],
        );
        table.push(["main".into(), 1.into(), 0.1.into()]);
        table.push(["".into(), None::<i64>.into(), f64::NAN.into()]);
        let mut file = tempfile::tempfile().unwrap();
        write(&table, &mut file).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get_string(0).unwrap(), "main");
        assert_eq!(rows[0].get_long(1).unwrap(), 1);
        assert_eq!(rows[0].get_double(2).unwrap(), 0.1);
        assert!((0..3).all(|column| rows[1].get_double(column).is_err()), "empty cells are null");
    }
}
