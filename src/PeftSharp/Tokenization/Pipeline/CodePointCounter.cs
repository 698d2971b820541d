namespace PeftSharp.Tokenization;

/// <summary>Converts UTF-16 indices in a text to code point indices. Fast for indices in approximately ascending order.</summary>
internal struct CodePointCounter(string text)
{
    private readonly bool _isBasic = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0;
    private int _unit, _codePoint;

    internal int Before(int unit)
    {
        if (_isBasic)
            return unit;
        if (unit < _unit)
            (_unit, _codePoint) = (0, 0);
        for (; _unit < unit; _codePoint++)
        {
            CodePoints.At(text, _unit, out var units);
            _unit += units;
        }
        return _codePoint;
    }
}
