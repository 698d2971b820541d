namespace PeftSharp.Data;

/// <content>Writing files.</content>
public sealed partial class Dataset
{
    /// <summary>Writes the rows to a Parquet file (<c>to_parquet</c>), which keeps all types and values.</summary>
    /// <remarks>
    /// <para>
    /// An existing file is replaced when the new file is complete. The types and the class names are in the metadata of the file, in the
    /// form of Python's <c>datasets</c>, so that this library and Python read the same columns. The data is compressed with Snappy.
    /// </para>
    /// <para>All columns are written, independent of <see cref="Format"/>.</para>
    /// </remarks>
    /// <param name="path">The path.</param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before every 1,000 rows.</param>
    /// <exception cref="DatasetException">
    /// A column contains both dates in UTC and dates without a time zone, or it contains a value that Arrow cannot represent. The message
    /// contains the column.
    /// </exception>
    /// <exception cref="ArgumentException">The path has the extension of a compressed file, such as .gz.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled. An existing file is unchanged.</exception>
    public void ToParquet(string path, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (DataStream.WithoutCompression(path) != path)
            throw new ArgumentException($"'{path}' has the extension of a compressed file, but Parquet files have internal compression. "
                + "Use the extension .parquet.", nameof(path));
        OutputFile.Write(
            path, stream => ParquetWriter.Write(stream, _columns.All, Count, new RowLoop(progress, cancellationToken)));
    }

    /// <summary>Writes a Parquet file on the thread pool; see <see cref="ToParquet"/>.</summary>
    /// <inheritdoc cref="ToParquet"/>
    public Task ToParquetAsync(string path, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => ToParquet(path, progress, cancellationToken), cancellationToken);

    /// <summary>Writes the rows to a JSON file (<c>to_json</c>): one object per line (JSON lines), or an array of objects.</summary>
    /// <remarks>
    /// <para>
    /// An existing file is replaced when the new file is complete. Integers and floating-point numbers are written with all digits, and are
    /// read as int64 and float64. NaN and infinity are written as null, as in Python, because JSON cannot represent them. Decimals are
    /// written as texts, so that no reader rounds them. Dates and times are written as texts in ISO 8601 format, durations as texts
    /// (<c>d.hh:mm:ss</c>), and classes as their ids. To read int32, float32, decimals, dates, times, durations and classes as such, set
    /// their types when the file is read (<see cref="DatasetLoadOptions.Features"/>). <see cref="ToParquet"/> keeps all types.
    /// </para>
    /// <para>All columns are written, independent of <see cref="Format"/>.</para>
    /// </remarks>
    /// <param name="path">The path. With the extension .gz or .zst (<c>rows.jsonl.gz</c>), the file is compressed.</param>
    /// <param name="lines">Whether each row is an object on its own line. Default true. If false, the file is an array of objects.</param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before every 1,000 rows.</param>
    /// <exception cref="DatasetException">
    /// A column contains bytes, or a text that is not valid Unicode. The message contains column and row.
    /// </exception>
    /// <exception cref="ArgumentException">The compression of the extension is not supported.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled. An existing file is unchanged.</exception>
    public void ToJson(
        string path, bool lines = true, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        OutputFile.Write(path, stream => new JsonFileWriter(stream, _columns.All)
            .Write(Count, lines, new RowLoop(progress, cancellationToken)));

    /// <summary>Writes the rows to a CSV file (<c>to_csv</c>), with the names of the columns in the first line.</summary>
    /// <remarks>
    /// <para>
    /// An existing file is replaced when the new file is complete. As in pandas, null and NaN are empty fields, booleans are True and
    /// False, and fields are quoted only if necessary (RFC 4180). CSV does not distinguish null and empty texts: by default, both are read
    /// as null. To read texts such as "NA" unchanged, set <see cref="DatasetLoadOptions.KeepDefaultNa"/> to false; null is then read as an
    /// empty text. Classes are written as their ids. <see cref="ToParquet"/> keeps all types.
    /// </para>
    /// <para>All columns are written, independent of <see cref="Format"/>.</para>
    /// </remarks>
    /// <param name="path">The path. With the extension .gz or .zst (<c>rows.csv.gz</c>), the file is compressed.</param>
    /// <param name="delimiter">The field delimiter (<c>sep</c>). Default null: a comma, or a tab for .tsv files.</param>
    /// <param name="header">Whether the first line contains the names of the columns. Default true.</param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before every 1,000 rows.</param>
    /// <exception cref="DatasetException">A column contains lists, structs or bytes, or a text that is not valid Unicode.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="delimiter"/> is a quotation mark or a line break, or the compression of the extension is not supported.
    /// </exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled. An existing file is unchanged.</exception>
    public void ToCsv(string path, char? delimiter = null, bool header = true, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (delimiter is '"' or '\n' or '\r')
            throw new ArgumentException("The delimiter must not be a quotation mark or a line break. Use another character, such "
                + "as ';'.", nameof(delimiter));
        ArgumentException.ThrowIfNullOrEmpty(path);
        var separator = delimiter ?? CsvFileReader.DefaultDelimiter(new DataInput(path));
        OutputFile.Write(path, stream => CsvFileWriter.Write(
            stream, _columns.All, Count, separator, header, new RowLoop(progress, cancellationToken)));
    }

    /// <summary>Writes a JSON file on the thread pool; see <see cref="ToJson"/>.</summary>
    /// <inheritdoc cref="ToJson"/>
    public Task ToJsonAsync(
        string path, bool lines = true, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => ToJson(path, lines, progress, cancellationToken), cancellationToken);

    /// <summary>Writes a CSV file on the thread pool; see <see cref="ToCsv"/>.</summary>
    /// <inheritdoc cref="ToCsv"/>
    public Task ToCsvAsync(string path, char? delimiter = null, bool header = true, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => ToCsv(path, delimiter, header, progress, cancellationToken), cancellationToken);
}
