using System.Buffers;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects strings as UTF-8.</summary>
internal sealed class TextAppender : ArrowAppender
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly OffsetBuffer _offsets = new();
    private readonly ArrayBufferWriter<byte> _utf8 = new();

    internal override IArrowType Type => StringType.Default;

    internal override long Bytes => _utf8.WrittenCount + _offsets.Bytes;

    internal override void Clear()
    {
        base.Clear();
        _offsets.Clear();
        _utf8.ResetWrittenCount();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        for (var i = start; i < start + count; i++)
            if (data.IsNull(i))
                _offsets.Append(0);
            else if (data is MappedTextData mapped)                         // is UTF-8 already
            {
                var length = mapped.ByteCount(i);
                mapped.CopyBytes(i, Reserve(length));
            }
            else
                AppendText((data as ReferenceData<string> ?? throw Unexpected(data, Type))[i]!);
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _offsets.Append(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, nulls, 0, [validity, _offsets.Buffer(), new ArrowBuffer(_utf8.WrittenMemory)]);

    private void AppendText(string text)
    {
        try
        {
            Strict.GetBytes(text, Reserve(Strict.GetByteCount(text)));
        }
        catch (EncoderFallbackException error)
        {
            throw new DatasetException("A text contains half of a surrogate pair, so it cannot be saved as UTF-8 "
                + $"({error.Message}). Remove the character with Map.", error);
        }
    }

    private Span<byte> Reserve(int bytes)
    {
        _offsets.Append(bytes);
        var span = _utf8.GetSpan(Math.Max(bytes, 1))[..bytes];
        _utf8.Advance(bytes);
        return span;
    }
}
