using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// Creates columns over the buffers of a record batch in a mapped file. Nothing is copied, except that compressed buffers are decompressed
/// to memory.
/// </summary>
/// <remarks>
/// The lengths of arrays and the positions of buffers are checked here; the offsets of lists and texts are checked when they are read. A
/// damaged or malicious file therefore causes an exception, never an access outside the file.
/// </remarks>
internal sealed class RecordBatchColumns
{
    private readonly MappedDataFile _file;
    private readonly ArrowMessages _message;
    private readonly (long Length, long Nulls)[] _nodes;
    private readonly (long Offset, long Length)[] _buffers;
    private readonly CompressionCodecType? _compression;
    private int _node;
    private int _buffer;

    /// <exception cref="DatasetException">The record batch has fewer than 0 or too many rows, or an unknown compression.</exception>
    internal RecordBatchColumns(MappedDataFile file, ArrowMessages message)
    {
        (_file, _message) = (file, message);
        var batch = FlatTable.Root(message.Metadata).Table(2);
        var rows = batch.Int64(0);
        if (rows < 0)
            throw message.Damaged($"a record batch has {rows} rows");
        Rows = RowLimit.Require(rows, $"'{file.Path}'");
        (_nodes, _buffers) = (batch.Pairs(1), batch.Pairs(2));
        if (batch.Has(3))
            _compression = Compression(batch.Table(3));
    }

    /// <summary>The number of rows.</summary>
    internal int Rows { get; }

    /// <summary>Whether columns of a type can be read from a mapped file.</summary>
    internal static bool CanMap(IArrowType type) => type switch
    {
        ExtensionType extension => CanMap(extension.StorageType),
        ListType list => CanMap(list.ValueDataType),
        LargeListType list => CanMap(list.ValueDataType),
        FixedSizeListType list => CanMap(list.ValueDataType),
        MapType map => CanMap(map.KeyValueType),
        StructType record => record.Fields.All(field => CanMap(field.DataType)),
        DictionaryType or UnionType or RunEndEncodedType or ListViewType or LargeListViewType or StringViewType or BinaryViewType
            or Decimal32Type or Decimal64Type or IntervalType => false,
        _ => true,
    };

    /// <summary>Creates the next column of the schema.</summary>
    /// <exception cref="DatasetException">A buffer is not within the record batch, or too short.</exception>
    internal ColumnData Next(Field field, int firstRow) =>
        Build(field.DataType, Rows, new MappedPlace(_file.Path, field.Name, firstRow, Rows), isExact: true);

    private ColumnData Build(IArrowType type, int minCount, MappedPlace place, bool isExact = false)
    {
        if (type is ExtensionType extension)
            return Build(extension.StorageType, minCount, place, isExact);
        var (length, nullCount) = _node < _nodes.Length ? _nodes[_node++]
            : throw place.Damaged("The metadata of the record batch has too few columns.");
        if (length < minCount || length > int.MaxValue || (isExact && length != minCount))
            throw length > int.MaxValue
                ? place.Error($"The column has {length} values, but at most {int.MaxValue} are supported. Write smaller record batches.")
                : place.Damaged($"The column has {length} values instead of {minCount}.");
        var count = (int)length;
        if (type is NullType)
            return new NullData(count);
        var nulls = Nulls(count, nullCount, place);
        return type switch
        {
            ListType list => List(list.ValueDataType, list.ValueField.Name, Offsets<int>(count, place), nulls, place),
            MapType map => List(map.KeyValueType, "entries", Offsets<int>(count, place), nulls, place),
            LargeListType list => List(list.ValueDataType, list.ValueField.Name, Offsets<long>(count, place), nulls, place),
            FixedSizeListType list => FixedSizeList(list, count, nulls, place),
            StructType record => Struct(record, count, nulls, place),
            StringType => new MappedTextData(Texts<int>(count, place, out var bytes), bytes, nulls, place),
            LargeStringType => new MappedTextData(Texts<long>(count, place, out var bytes), bytes, nulls, place),
            BinaryType => new MappedBinaryData(Texts<int>(count, place, out var bytes), bytes, nulls),
            LargeBinaryType => new MappedBinaryData(Texts<long>(count, place, out var bytes), bytes, nulls),
            FixedSizeBinaryType binary and not (Decimal128Type or Decimal256Type) => new MappedBinaryData(
                new FixedOffsets(binary.ByteWidth, count), Values(count, binary.ByteWidth, place), nulls),
            BooleanType => new MappedBooleanData(Bits(count, place), count, nulls),
            FixedWidthType fixedWidth => MappedValues.Create(
                fixedWidth, Values(count, fixedWidth.BitWidth / 8, place), count, nulls, place),
            _ => throw place.Error($"The type {type.Name} is not supported."),
        };
    }

    /// <param name="item">The type of the items.</param>
    /// <param name="name">The name of the field of the items.</param>
    /// <param name="offsets">Creates the offsets, from the number of items.</param>
    /// <param name="nulls">Which lists are null.</param>
    /// <param name="place">The column, for messages.</param>
    private ListData List(IArrowType item, string name, Func<int, ListOffsets> offsets, NullMask? nulls, MappedPlace place)
    {
        var items = Build(item, 0, place.Child(name));
        return new ListData(items, offsets(items.Count), nulls);
    }

    private ListData FixedSizeList(FixedSizeListType list, int count, NullMask? nulls, MappedPlace place)
    {
        if (list.ListSize < 0 || (long)count * list.ListSize > int.MaxValue)
            throw place.Error(
                $"The column has {count} lists of {list.ListSize} values, but at most {int.MaxValue} values are supported.");
        var items = Build(list.ValueDataType, count * list.ListSize, place.Child(list.ValueField.Name));
        return new ListData(items, new FixedOffsets(list.ListSize, count), nulls);
    }

    private StructData Struct(StructType record, int count, NullMask? nulls, MappedPlace place)
    {
        var fields = new OrderedDictionary<string, ColumnData>(StringComparer.Ordinal);
        foreach (var field in record.Fields)
            if (!fields.TryAdd(field.Name, Build(field.DataType, count, place.Child(field.Name))))
                throw place.Error($"The struct has two fields named '{field.Name}'.");
        return new StructData(fields, count, nulls);
    }

    private MappedNulls? Nulls(int count, long nullCount, MappedPlace place)
    {
        var buffer = NextBuffer(place);
        if (nullCount == 0 || count == 0)
            return null;
        Require(buffer, (count + 7L) / 8, place);
        return new MappedNulls(buffer);
    }

    private Func<int, ListOffsets> Offsets<T>(int count, MappedPlace place) where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var buffer = OffsetBuffer<T>(count, place);
        return limit => new MappedOffsets<T>(buffer, count, limit, place);
    }

    private MappedOffsets<T> Texts<T>(int count, MappedPlace place, out MappedBuffer bytes)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var offsets = OffsetBuffer<T>(count, place);
        bytes = NextBuffer(place);
        return new MappedOffsets<T>(offsets, count, bytes.Length, place);
    }

    private unsafe MappedBuffer OffsetBuffer<T>(int count, MappedPlace place) where T : unmanaged
    {
        var buffer = NextBuffer(place);
        if (count > 0)                                            // an array without values may have no offsets
            Require(buffer, (count + 1L) * sizeof(T), place);
        return buffer;
    }

    private MappedBuffer Values(int count, int size, MappedPlace place)
    {
        if (size < 0)
            throw place.Damaged($"The values of the column have {size} bytes each.");
        var buffer = NextBuffer(place);
        Require(buffer, (long)count * size, place);
        return buffer;
    }

    private MappedBuffer Bits(int count, MappedPlace place)
    {
        var buffer = NextBuffer(place);
        Require(buffer, (count + 7L) / 8, place);
        return buffer;
    }

    private MappedBuffer NextBuffer(MappedPlace place)
    {
        var (offset, length) = _buffer < _buffers.Length ? _buffers[_buffer++]
            : throw place.Damaged("The metadata of the record batch has too few buffers.");
        if (offset < 0 || length < 0 || offset > _message.BodyLength - length)
            throw place.Damaged(
                $"A buffer of {length} bytes at byte {offset} is not within the {_message.BodyLength} bytes of the record batch.");
        return _compression is null || length == 0 ? _file.Buffer(_message.Body + offset, length)
            : Decompressed(_message.Body + offset, length, place);
    }

    private MappedBuffer Decompressed(long offset, long length, MappedPlace place)
    {
        if (length < CompressedBuffers.HeaderBytes)
            throw place.Damaged($"A compressed buffer has {length} bytes.");
        var size = _file.Buffer(offset, CompressedBuffers.HeaderBytes).Read<long>(0);
        var content = _file.Buffer(offset + CompressedBuffers.HeaderBytes, length - CompressedBuffers.HeaderBytes);
        if (size is CompressedBuffers.NotCompressed)
            return content;
        if (size == 0)
            return _file.Buffer(offset, 0);
        if (size is < 0 or > int.MaxValue || content.Length > int.MaxValue)
            throw size < 0 ? place.Damaged($"The content of a compressed buffer has {size} bytes.") : place.Error(
                $"A compressed buffer has {size} bytes, but at most {int.MaxValue} are supported. Write smaller record batches.");
        var compressed = new byte[content.Length];
        content.CopyTo<byte>(0, compressed);
        try
        {
            using var data = CompressedBuffers.Open(_compression!.Value, new MemoryStream(compressed));
            return MappedDataFile.Decompress(_file, offset, data, size).Buffer(0, size);
        }
        // The libraries of the compression formats throw exceptions of many types.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw place.Damaged($"A compressed buffer cannot be decompressed ({ErrorText.Of(error)}).");
        }
    }

    private CompressionCodecType Compression(FlatTable compression) => (compression.Byte(0), compression.Byte(1)) switch
    {
        (0, 0) => CompressionCodecType.Lz4Frame,
        (1, 0) => CompressionCodecType.Zstd,
        var (codec, method) => throw _message.Damaged($"a record batch has the compression {codec}, method {method}, which is unknown"),
    };

    private static void Require(MappedBuffer buffer, long bytes, MappedPlace place)
    {
        if (buffer.Length < bytes)
            throw place.Damaged($"A buffer has {buffer.Length} bytes instead of {bytes}.");
    }
}
