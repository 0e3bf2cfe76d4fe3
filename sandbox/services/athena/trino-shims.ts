/**
 * What Trino has and DuckDB lacks or means otherwise, as DuckDB macros. Enough for the statements this product ships
 * and for ordinary questions beside them.
 */
export const TRINO_SHIMS: readonly string[] = [
  // Trino gives NULL for an object or a list; DuckDB would give their text.
  `json_extract_scalar(json, path) AS
     CASE WHEN json_type(json, path) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(json, path) END`,
  'json_parse(text) AS CAST(text AS JSON)',
  'json_format(json) AS CAST(json AS VARCHAR)',
  'from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)',
  'from_iso8601_date(text) AS CAST(text AS DATE)',
  `to_iso8601(moment) AS strftime(moment, '%Y-%m-%dT%H:%M:%S.%gZ')`,
  // The pattern itself is rewritten in the statement: DuckDB wants a constant.
  'date_parse(text, format) AS strptime(text, format)',
  'date_format(moment, format) AS strftime(moment, format)',
  'sequence(first, last) AS generate_series(first, last)',
  'cardinality(list) AS len(list)',
  'element_at(list, place) AS list_extract(list, place)',
  `array_join(list, separator) AS array_to_string(list, separator),
     (list, separator, absent) AS array_to_string(list_transform(list, lambda item: coalesce(item, absent)), separator)`,
  'approx_distinct(value) AS approx_count_distinct(value)',
  'regexp_like(text, pattern) AS regexp_matches(text, pattern)',
];

/** What these shims do not cover. A statement that needs one of them fails here with DuckDB's own message. */
export const NOT_COVERED: readonly string[] = [
  'statements other than SELECT: CREATE, ALTER, DROP, INSERT, UNLOAD, SHOW, DESCRIBE, EXPLAIN, PREPARE',
  'JSON paths beyond members and positions, and CAST of JSON to ROW or MAP',
  'ROW and MAP types, and element_at, cardinality and contains on maps',
  'date_parse and date_format patterns beyond year, month, day, hours, minutes and seconds',
  'regular expressions with look-around or back-references: DuckDB uses RE2, Trino Java patterns',
  'exact results of approx_distinct and approx_percentile',
  'lambda expressions in Trino notation, MATCH_RECOGNIZE, geospatial and machine learning functions',
  'current_timestamp follows the machine clock, not the sandbox clock',
  'integer overflow: sums are wider here and do not fail',
];
