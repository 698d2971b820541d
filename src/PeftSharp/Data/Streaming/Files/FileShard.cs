using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A file that is read in chunks, so that only the current rows are in memory.</summary>
/// <param name="file">The path.</param>
/// <param name="options">The options.</param>
/// <param name="schema">The types of the columns, which are the same for all files of the stream.</param>
internal abstract class FileShard(string file, DatasetLoadOptions options, FileSchema schema) : RowShard
{
    /// <summary>The maximum number of rows in a chunk.</summary>
    private protected const int ChunkRows = 256;

    /// <summary>The number of bytes after which a chunk ends.</summary>
    private protected const long ChunkBytes = 1 << 20;

    internal string Path => file;

    /// <summary>The name without folder, so that a state can be loaded after the files were moved.</summary>
    internal override string Description => System.IO.Path.GetFileName(file);

    /// <summary>Whether the types of the columns do not depend on the rows.</summary>
    internal virtual bool IsTyped => false;

    private protected DatasetLoadOptions Options => options;

    private protected FileSchema Schema => schema;

    internal sealed override ShardReader Open(JsonObject? position)
    {
        var length = new FileInfo(file).Length;
        if (position is not null && position.Integer("length") != length)
            throw new DatasetException($"'{file}' has {length} bytes, but it had {position.Integer("length")} when the state of the stream "
                + "was stored, so the stream cannot be continued. Restore the file, or start the stream from the beginning.");
        return FileFormat.Decoding(file, () => OpenFile(position, length));
    }

    /// <summary>Returns rows from the start of the file, from which the types of its columns are inferred.</summary>
    /// <exception cref="DatasetException">The file is malformed.</exception>
    internal abstract Dataset ReadHead();

    /// <param name="position">The position of the first row; null: the start.</param>
    /// <param name="length">The size of the file in bytes, which positions contain.</param>
    private protected abstract ShardReader OpenFile(JsonObject? position, long length);

    /// <summary>Creates the shard of a file.</summary>
    /// <exception cref="DatasetException">The extension is not supported.</exception>
    /// <exception cref="ArgumentException">An option belongs to another format.</exception>
    internal static FileShard Of(string file, DatasetLoadOptions options, FileSchema schema) =>
        FileFormat.RequireStreamable(file, options) switch
        {
            "parquet" => new ParquetShard(file, options, schema),
            "arrow" => new WholeFileShard(file, options, schema, isArrow: true),
            "csv" => new CsvShard(file, options, schema),
            "text" => new TextShard(file, options, schema),
            _ => FileFormat.Decoding(file, () => options.Field is null && JsonFileReader.IsJsonLines(new DataInput(file), options.Reading))
                ? new JsonLinesShard(file, options, schema)
                : new WholeFileShard(file, options, schema, isArrow: false),
        };
}
