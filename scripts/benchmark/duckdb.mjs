// What DuckDB does for the comparison: parse the Florida layout, make five md5
// sums a row over the same columns as the match keys, sort them all, write them.
import { DuckDBInstance } from '@duckdb/node-api';

const [file, out, memory] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: memory });
const db = await instance.connect();
await db.run(`
  COPY (
    SELECT unnest([
      md5(c2 || '|' || c4 || '|' || c21),
      md5(c2 || '|' || c4 || '|' || c21[7:] || '|' || c11),
      md5(c2 || '|' || c4 || '|' || c7 || '|' || c11),
      md5(c2 || '|' || c4 || '|' || c11),
      md5('US-FL' || '|' || c1 || '|' || c2)]) AS h
    FROM (SELECT ${[1, 2, 4, 7, 11, 21].map((i) => `column${String(i).padStart(2, '0')} AS c${i}`).join(', ')}
          FROM read_csv('${file}', delim = '\t', header = false, quote = '', escape = '', all_varchar = true, null_padding = false,
                        ignore_errors = true, strict_mode = false))
    ORDER BY h
  ) TO '${out}' (FORMAT parquet)`);
