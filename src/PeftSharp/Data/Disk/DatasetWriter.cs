using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Writes rows to the files of a saved dataset, in record batches. Only one record batch is in memory.</summary>
/// <remarks>
/// <para>
/// The types of the columns may become wider while rows are written: the type of a column of nulls becomes the type of its first value,
/// fields are added to structs, and the unit of times becomes nanoseconds. The next rows are then written to another file, and at the end
/// all files are rewritten with the final types.
/// </para>
/// <para>Not thread-safe.</para>
/// </remarks>
/// <param name="folder">The folder, which contains no data files.</param>
/// <param name="maxShardBytes">The approximate maximum size of a file.</param>
internal sealed class DatasetWriter(string folder, long maxShardBytes) : IDisposable
{
    /// <summary>The approximate size of a record batch: so large that the size of its metadata is negligible.</summary>
    private const long BatchBytes = 4 << 20;

    private readonly OrderedDictionary<string, (Feature Feature, ArrowAppender Appender)> _columns = new(StringComparer.Ordinal);
    private readonly List<string> _parts = [];
    private readonly List<Schema> _schemas = [];
    private readonly List<string> _hashes = [];
    private ArrowPart? _part;
    private int _pending;

    /// <summary>Declares the columns before the first rows, for a dataset without rows.</summary>
    internal void Declare(IEnumerable<KeyValuePair<string, Feature>> columns)
    {
        foreach (var (name, feature) in columns)
            _columns.Add(name, (feature, ArrowAppenders.Create(feature)));
    }

    /// <summary>Appends rows. The names of the columns must be the same in all calls.</summary>
    /// <exception cref="DatasetException">The values of a column have different types, or cannot be stored.</exception>
    /// <param name="columns">The columns.</param>
    /// <param name="start">The index of the first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="number">The index of the first row in messages; null: <paramref name="start"/>.</param>
    internal void Append(IReadOnlyList<Column> columns, int start, int count, int? number = null)
    {
        foreach (var column in columns)
            Widen(column.Name, column.Feature);
        foreach (var column in columns)
            AppendValues(column, start, count, number ?? start);
        _pending += count;
        if (_columns.Values.Sum(column => column.Appender.Bytes) >= BatchBytes)
            WriteBatch();
    }

    /// <summary>Ends the current file, so that the next rows are written to another one.</summary>
    internal void EndShard()
    {
        WriteBatch();
        EndPart();
    }

    /// <summary>Writes the last rows and the files with the types and the format.</summary>
    /// <param name="format">The format of the dataset.</param>
    /// <param name="split">The name of the split; null: none.</param>
    internal void Complete(DatasetFormat format, string? split)
    {
        WriteBatch();
        if (_parts.Count == 0 && _part is null)
            BeginPart(CurrentSchema());                          // a dataset without rows has one empty part
        EndPart();
        if (_schemas.Any(schema => !SameTypes(schema, _schemas[^1])) || !SameTypes(CurrentSchema(), _schemas[^1]))
        {
            Rewrite(format, split);
            return;
        }
        var names = _parts.Select((_, i) => DiskLayout.DataFile(i, _parts.Count)).ToArray();
        for (var i = 0; i < names.Length; i++)
            File.Move(_parts[i], Path.Combine(folder, names[i]));
        FileHashes = names.Zip(_hashes).ToDictionary(file => file.First, file => file.Second);
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(_hashes))));
        DiskState.Write(folder, names, Features(), format, split, fingerprint[..16]);
    }

    /// <summary>The SHA-256 hashes of the data files by name, after <see cref="Complete"/>.</summary>
    internal IReadOnlyDictionary<string, string> FileHashes { get; private set; } = new Dictionary<string, string>();

    public void Dispose() => _part?.Dispose();

    private void Widen(string name, Feature feature)
    {
        if (!_columns.TryGetValue(name, out var known))
            _columns.Add(name, (feature, ArrowAppenders.Create(feature)));
        else if (known.Feature.Unify(feature) is var common && !(common == known.Feature))
        {
            WriteBatch();
            var appender = ArrowAppenders.Create(common);
            appender.Include(known.Appender.Type);
            _columns[name] = (common, appender);
        }
    }

    private void AppendValues(Column column, int start, int count, int number)
    {
        var appender = _columns[column.Name].Appender;
        try
        {
            foreach (var (data, from, length) in column.Runs(start, count))
                appender.Append(data, from, length);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"Column '{column.Name}', {MapResult.RowsText(number, count)}: {error.Message}", error);
        }
    }

    private void WriteBatch()
    {
        if (_pending == 0)
            return;
        var schema = CurrentSchema();
        if (_part is not null && (!SameTypes(_part.Schema, schema) || _part.Bytes >= maxShardBytes))
            EndPart();
        if (_part is null)
            BeginPart(schema);
        using (var batch = new RecordBatch(
            schema, _columns.Values.Select(column => ArrowArrayFactory.BuildArray(column.Appender.Build())), _pending))
            _part!.Write(batch);
        foreach (var (_, appender) in _columns.Values)
            appender.Clear();
        _pending = 0;
    }

    private void BeginPart(Schema schema)
    {
        _parts.Add(Path.Combine(folder, $"part-{_parts.Count}"));
        _schemas.Add(schema);
        _part = new ArrowPart(_parts[^1], schema);
    }

    private void EndPart()
    {
        if (_part is not null)
            _hashes.Add(_part.Complete());
        _part = null;
    }

    private void Rewrite(DatasetFormat format, string? split)
    {
        using var wider = new DatasetWriter(Directory.CreateDirectory(Path.Combine(folder, "wider")).FullName, maxShardBytes);
        wider.Declare(_columns.Select(column => KeyValuePair.Create(column.Key, column.Value.Feature)));
        foreach (var (name, (_, appender)) in wider._columns)
        {
            appender.Include(_columns[name].Appender.Type);
            foreach (var schema in _schemas)
                appender.Include(schema.GetFieldByName(name).DataType);
        }
        foreach (var part in _parts)
        {
            var file = ArrowDataFile.Read(part, keepInMemory: false);
            for (var row = 0; row < file.Rows; row += 1000)
                wider.Append([.. file.Columns.Select(column => column.WithFeature(_columns[column.Name].Feature))], row,
                    Math.Min(1000, file.Rows - row));
            file.File.Release();
            File.Delete(part);
        }
        wider.Complete(format, split);
        FileHashes = wider.FileHashes;
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "wider")))
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)));
        Directory.Delete(Path.Combine(folder, "wider"));
    }

    private Schema CurrentSchema()
    {
        var features = new JsonObject { ["info"] = new JsonObject { ["features"] = Features() } };
        return new Schema(
            _columns.Select(column => new Field(column.Key, column.Value.Appender.Type, nullable: true)),
            new Dictionary<string, string>
            {
                ["huggingface"] = PythonJson.Dumps(features, indent: null, sortKeys: false),
            });
    }

    private JsonObject Features() => new(_columns.Select(column => KeyValuePair.Create(
        column.Key, (JsonNode?)FeatureJson.Of(column.Value.Feature, column.Value.Appender.Type))));

    /// <remarks>The metadata contains the types with all details.</remarks>
    private static bool SameTypes(Schema schema, Schema other) => schema.Metadata["huggingface"] == other.Metadata["huggingface"];
}
