// What DuckDB does for the comparison of two files: parse the Florida layout of both,
// hash the columns of the same seven match keys, join by them, and count the rows and
// the hashes in common by key.
import { DuckDBInstance } from '@duckdb/node-api';

const [a, b, hash, memory] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: memory });
const db = await instance.connect();
const columns = [1, 2, 4, 7, 11, 21, 34, 35, 37];
const key = (type, needed, ...parts) =>
  `CASE WHEN ${needed} THEN {'t': ${type}, 'h': ${hash}(${parts.join(" || '|' || ")})} END`;
const hashes = (file) => `
  SELECT k.t AS t, k.h AS h, count(*) AS n
  FROM (SELECT unnest([
      ${key(1, "c1 <> ''", "'US-FL'", 'c1', 'c2')},
      ${key(2, "c21 <> ''", 'c2', 'c4', 'c21')},
      ${key(3, "c7 <> ''", 'c2', 'c4', 'c7', 'c11')},
      ${key(4, "c37 <> ''", 'c2', 'c37')},
      ${key(5, "c35 <> ''", 'c2', 'c34', 'c35')},
      ${key(6, "c21 <> ''", 'c2', 'c4', 'c21[7:]', 'c11')},
      ${key(7, "c11 <> ''", 'c2', 'c4', 'c11')}]) AS k
    FROM (SELECT ${columns.map((i) => `column${String(i).padStart(2, '0')} AS c${i}`).join(', ')}
          FROM read_csv('${file}', delim = '\t', header = false, quote = '', escape = '', all_varchar = true, null_padding = false,
                        ignore_errors = true, strict_mode = false)))
  WHERE k IS NOT NULL GROUP BY ALL`;
const reader = await db.runAndReadAll(`
  SELECT t, sum(a.n) AS rows_a, sum(b.n) AS rows_b, count(*) AS common
  FROM (${hashes(a)}) a JOIN (${hashes(b)}) b USING (t, h) GROUP BY t ORDER BY t`);
console.log(reader.getRows().map((row) => row.join(' ')).join('\n'));
