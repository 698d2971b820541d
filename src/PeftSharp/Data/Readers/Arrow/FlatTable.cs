using System.Buffers.Binary;

namespace PeftSharp.Data;

/// <summary>A table of a FlatBuffer, the format of the messages of Arrow.</summary>
/// <remarks>
/// Apache.Arrow reads record batches only to its own arrays, of at most 2 GB in one block of memory, and its FlatBuffer types are not
/// public. Positions in a FlatBuffer are not trusted. References point only forward, so there are no cycles, and a position outside the
/// buffer throws an <see cref="ArgumentOutOfRangeException"/>.
/// </remarks>
internal readonly ref struct FlatTable
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _table;
    private readonly int _fields;                     // the position of the table of field positions
    private readonly int _fieldsSize;

    private FlatTable(ReadOnlySpan<byte> bytes, int table)
    {
        _bytes = bytes;
        _table = table;
        _fields = checked(table - BinaryPrimitives.ReadInt32LittleEndian(bytes[table..]));
        _fieldsSize = BinaryPrimitives.ReadUInt16LittleEndian(bytes[_fields..]);
    }

    internal static FlatTable Root(ReadOnlySpan<byte> bytes) => new(bytes, Target(bytes, 0));

    internal bool Has(int field) => Position(field) != 0;

    internal byte Byte(int field) => Position(field) is > 0 and var position ? _bytes[position] : (byte)0;

    internal short Int16(int field) =>
        Position(field) is > 0 and var position ? BinaryPrimitives.ReadInt16LittleEndian(_bytes[position..]) : (short)0;

    internal long Int64(int field) =>
        Position(field) is > 0 and var position ? BinaryPrimitives.ReadInt64LittleEndian(_bytes[position..]) : 0;

    /// <summary>A table that the field refers to; the field must be present.</summary>
    internal FlatTable Table(int field) => new(_bytes, Target(_bytes, Position(field)));

    /// <summary>The number of tables in a list of tables.</summary>
    internal int TableCount(int field) => List(field, 4).Length / 4;

    /// <summary>A table in a list of tables.</summary>
    internal FlatTable Table(int field, int index) => new(_bytes, Target(_bytes, checked(Target(_bytes, Position(field)) + 4 + 4 * index)));

    /// <summary>The pairs of a list of structs of two int64 values.</summary>
    internal (long, long)[] Pairs(int field)
    {
        var bytes = List(field, 16);
        var pairs = new (long, long)[bytes.Length / 16];
        for (var i = 0; i < pairs.Length; i++)
            pairs[i] = (BinaryPrimitives.ReadInt64LittleEndian(bytes[(16 * i)..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[(16 * i + 8)..]));
        return pairs;
    }

    private ReadOnlySpan<byte> List(int field, int size)
    {
        if (Position(field) is not (> 0 and var position))
            return [];
        var list = Target(_bytes, position);
        return _bytes.Slice(list + 4, checked(BinaryPrimitives.ReadInt32LittleEndian(_bytes[list..]) * size));
    }

    /// <summary>Returns the position of a field; 0 if the table does not have it.</summary>
    private int Position(int field)
    {
        var slot = 4 + 2 * field;
        var offset = slot + 2 <= _fieldsSize ? BinaryPrimitives.ReadUInt16LittleEndian(_bytes[(_fields + slot)..]) : 0;
        return offset == 0 ? 0 : _table + offset;
    }

    private static int Target(ReadOnlySpan<byte> bytes, int position) =>
        checked(position + (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[position..]));
}
