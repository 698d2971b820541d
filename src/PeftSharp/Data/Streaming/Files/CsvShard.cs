using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A CSV file.</summary>
internal sealed class CsvShard(string file, DatasetLoadOptions options, FileSchema schema) : FileShard(file, options, schema)
{
    internal override Dataset ReadHead() => FileFormat.Decoding(Path, () =>
    {
        using var reader = new CsvRecords(Path, Options, position: null);
        var columns = Array.ConvertAll(reader.Names, _ => new List<string?>());
        while (columns[0].Count < FileSchema.HeadRows && reader.Offset < FileSchema.HeadBytes && reader.Read())
            for (var i = 0; i < columns.Length; i++)
                columns[i].Add(reader.Fields[i]);
        return Dataset.FromColumns(
            columns.Select((fields, i) => new Column(reader.Names[i], CsvTypes.Infer(fields))
            {
                IsNamedByFirstLine = Options.ColumnNames is null,
            }));
    });

    private protected override ShardReader OpenFile(JsonObject? position, long length) =>
        new Reader(this, new CsvRecords(Path, Options, position), length);

    private sealed class Reader(CsvShard shard, CsvRecords records, long length) : ShardReader
    {
        private readonly RowPositions _positions = new(length);

        internal override ColumnSet? ReadChunk() => FileFormat.Decoding(shard.Path, () =>
        {
            _positions.Clear();
            var columns = Array.ConvertAll(records.Names, _ => new List<string?>());
            while (_positions.Count < ChunkRows && _positions.Bytes < ChunkBytes)
            {
                var offset = records.Offset;
                if (!records.Read())
                    break;
                _positions.Add(offset, records.Line - 1);
                for (var i = 0; i < columns.Length; i++)
                    columns[i].Add(records.Fields[i]);
            }
            var rows = _positions.Count;
            if (rows == 0)
                return null;
            _positions.Add(records.Offset, records.NextLine - 1);
            return shard.Schema.Conform(
                columns.Select((fields, i) => Parse(records.Names[i], fields)).ToDictionary(column => column.Name),
                rows, shard.Path, _positions.Place);
        });

        /// <summary>Parses the fields as the type of the stream. Fields of a declared type are converted from the unchanged text.</summary>
        private Column Parse(string name, List<string?> fields)
        {
            var text = new Column(name, new ReferenceArrayData<string>([.. fields]))
            {
                IsNamedByFirstLine = shard.Options.ColumnNames is null,
            };
            if (shard.Schema.IsDeclared(name) || !shard.Schema.Features.TryGetValue(name, out var feature))
                return text;
            return feature.IsNull && fields.TrueForAll(field => field is null) ? new Column(name, new NullData(fields.Count))
                : CsvTypes.Parse(fields, feature) is { } values ? new Column(name, values)
                : throw new DatasetException(Mismatch(name, fields, feature));
        }

        private string Mismatch(string name, List<string?> fields, Feature feature)
        {
            var row = fields.FindIndex(field => field is not null && CsvTypes.Parse([field], feature) is null);
            return $"'{shard.Path}', {_positions.Place(row)}, column '{name}': the field '{fields[row]}' is not {feature}, the type of the "
                + $"first rows of the stream. Set the type of the column with DatasetLoadOptions.Features, such as "
                + $"[\"{name}\"] = new Value(\"string\").";
        }

        internal override JsonObject PositionOf(int row) => _positions[row];

        public override void Dispose() => records.Dispose();
    }
}
