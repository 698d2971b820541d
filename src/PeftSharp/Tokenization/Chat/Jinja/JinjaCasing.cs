using System.Globalization;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>Upper and lower case as in Python, with the mappings to several characters of Unicode's SpecialCasing.</summary>
internal static class JinjaCasing
{
    // Each entry is a character and its upper case.
    private const string SpecialUpper =
        "\u00df\u0053\u0053 \u0149\u02bc\u004e \u01f0\u004a\u030c \u0390\u0399\u0308\u0301 \u03b0\u03a5\u0308\u0301 "
        + "\u0587\u0535\u0552 \u1e96\u0048\u0331 \u1e97\u0054\u0308 \u1e98\u0057\u030a \u1e99\u0059\u030a "
        + "\u1e9a\u0041\u02be \u1f50\u03a5\u0313 \u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301 "
        + "\u1f56\u03a5\u0313\u0342 \u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 \u1f83\u1f0b\u0399 "
        + "\u1f84\u1f0c\u0399 \u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 "
        + "\u1f89\u1f09\u0399 \u1f8a\u1f0a\u0399 \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 "
        + "\u1f8e\u1f0e\u0399 \u1f8f\u1f0f\u0399 \u1f90\u1f28\u0399 \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 "
        + "\u1f93\u1f2b\u0399 \u1f94\u1f2c\u0399 \u1f95\u1f2d\u0399 \u1f96\u1f2e\u0399 \u1f97\u1f2f\u0399 "
        + "\u1f98\u1f28\u0399 \u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 \u1f9b\u1f2b\u0399 \u1f9c\u1f2c\u0399 "
        + "\u1f9d\u1f2d\u0399 \u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 \u1fa1\u1f69\u0399 "
        + "\u1fa2\u1f6a\u0399 \u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 "
        + "\u1fa7\u1f6f\u0399 \u1fa8\u1f68\u0399 \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 "
        + "\u1fac\u1f6c\u0399 \u1fad\u1f6d\u0399 \u1fae\u1f6e\u0399 \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 "
        + "\u1fb3\u0391\u0399 \u1fb4\u0386\u0399 \u1fb6\u0391\u0342 \u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 "
        + "\u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 \u1fc6\u0397\u0342 \u1fc7\u0397\u0342\u0399 "
        + "\u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 "
        + "\u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 "
        + "\u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342 \u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 "
        + "\u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 \u1ffc\u03a9\u0399 \ufb00\u0046\u0046 \ufb01\u0046\u0049 "
        + "\ufb02\u0046\u004c \ufb03\u0046\u0046\u0049 \ufb04\u0046\u0046\u004c \ufb05\u0053\u0054 \ufb06\u0053\u0054 "
        + "\ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d ";

    private static readonly Dictionary<char, string> _specialUpper = SpecialUpper.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(entry => entry[0], entry => entry[1..]);

    internal static string Upper(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToUpperInvariant();
        var upper = new StringBuilder(text.Length);
        foreach (var character in JinjaText.Characters(text))
            upper.Append(UpperOf(character));
        return upper.ToString();
    }

    internal static string Lower(string text)
    {
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();
        var lower = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
            i += AppendLower(lower, text, i);
        return lower.ToString();
    }

    internal static string Capitalize(string text) => text.Length == 0 ? text : Title(text, isFirst: (_, index) => index == 0);

    /// <summary>Python's <c>str.title</c>: a letter after a character that is not a letter begins a word.</summary>
    internal static string Title(string text) =>
        Title(text, isFirst: (before, _) => before.Length == 0 || !IsCased(before));

    /// <summary>The filter <c>title</c> of Jinja: a word begins after white space or one of <c>-([{&lt;</c>.</summary>
    internal static string TitleOfWords(string text)
    {
        var words = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var separates = IsSeparator(text[at]);
            var start = at;
            while (at < text.Length && IsSeparator(text[at]) == separates)
                at++;
            var first = JinjaText.CharacterAt(text, start);
            words.Append(UpperOf(first)).Append(Lower(text[(start + first.Length)..at]));
        }
        return words.ToString();
    }

    internal static string Swap(string text)
    {
        var swapped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var character = JinjaText.CharacterAt(text, i);
            if (Category(character) is UnicodeCategory.UppercaseLetter)
                AppendLower(swapped, text, i);
            else
                swapped.Append(Category(character) is UnicodeCategory.LowercaseLetter ? UpperOf(character) : character);
            i += character.Length;
        }
        return swapped.ToString();
    }

    /// <summary>Returns a method such as <c>isdigit</c>; null for other names.</summary>
    internal static Func<string, bool>? Predicate(string name) => name switch
    {
        "isalpha" => text => All(text, IsLetter),
        "isdecimal" => text => All(text, character => CharUnicodeInfo.GetDecimalDigitValue(character, 0) >= 0),
        "isdigit" => text => All(text, character => CharUnicodeInfo.GetDigitValue(character, 0) >= 0),
        "isnumeric" => text => All(text, IsNumeric),
        "isalnum" => text => All(text, character => IsLetter(character) || IsNumeric(character)),
        "isspace" => text => JinjaText.IsSpace(text),
        "isascii" => text => text.All(char.IsAscii),
        "isprintable" => text => JinjaText.Characters(text).All(character => JinjaRepr.IsPrintable(CodePoints.At(character, 0, out _))),
        "isupper" => text => HasOnly(text, UnicodeCategory.UppercaseLetter),
        "islower" => text => HasOnly(text, UnicodeCategory.LowercaseLetter),
        "istitle" => text => JinjaText.Characters(text).Any(IsCased) && Title(text) == text,
        _ => null,
    };

    /// <summary>Returns whether the text contains letters with case and all of them belong to a category.</summary>
    internal static bool HasOnly(string text, UnicodeCategory category)
    {
        var cased = JinjaText.Characters(text).Where(IsCased).ToArray();
        return cased.Length > 0 && cased.All(character => Category(character) == category);
    }

    private static bool All(string text, Func<string, bool> test) => text.Length > 0 && JinjaText.Characters(text).All(test);

    private static UnicodeCategory Category(string character) => CharUnicodeInfo.GetUnicodeCategory(character, 0);

    private static bool IsCased(string character) => Category(character) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsLetter(string character) => IsCased(character)
        || Category(character) is UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    private static bool IsNumeric(string character) => CharUnicodeInfo.GetNumericValue(character, 0) >= 0;

    private static bool IsSeparator(char c) => JinjaText.IsSpace(c) || c is '-' or '(' or '[' or '{' or '<';

    private static string UpperOf(string character) =>
        character.Length == 1 && _specialUpper.TryGetValue(character[0], out var upper) ? upper : character.ToUpperInvariant();

    private static string Title(string text, Func<string, int, bool> isFirst)
    {
        var title = new StringBuilder(text.Length);
        var before = "";
        for (var i = 0; i < text.Length;)
        {
            var character = JinjaText.CharacterAt(text, i);
            if (isFirst(before, i))
                title.Append(TitleOf(character));
            else
                AppendLower(title, text, i);
            i += character.Length;
            before = character;
        }
        return title.ToString();
    }

    private static string TitleOf(string character)
    {
        if ("Ǆǅǆ Ǉǈǉ Ǌǋǌ Ǳǲǳ".IndexOf(character, StringComparison.Ordinal) is >= 0 and var digraph && character != " ")
            return "ǅǈǋǲ"[digraph / 4].ToString();
        if (character[0] is >= '\u10d0' and <= '\u10ff')                                      // Georgian has no title case
            return character;
        var upper = UpperOf(character);
        var simple = character.ToUpperInvariant();
        return upper.Length > 1 && character.Length == 1 ? simple != character ? simple : upper[..1] + Lower(upper[1..]) : upper;
    }

    /// <summary>Appends the lower case of the character at an index and returns its number of UTF-16 code units.</summary>
    private static int AppendLower(StringBuilder lower, string text, int index)
    {
        var codePoint = CodePoints.At(text, index, out var units);
        if (codePoint == 'Σ')
            lower.Append(IsFinalSigma(text, index) ? 'ς' : 'σ');
        else if (UnicodeTables.TryLower(codePoint, out var mapped))
            for (var part = 0; part < mapped.Length; part++)
                lower.Append(char.ConvertFromUtf32(mapped[part]));
        else
            lower.Append(text, index, units);
        return units;
    }

    /// <summary>Whether a capital sigma ends a word, where its lower case is <c>ς</c>.</summary>
    private static bool IsFinalSigma(string text, int index)
    {
        var before = index;
        do
            before -= before >= 2 && char.IsLowSurrogate(text[before - 1]) ? 2 : 1;
        while (before >= 0 && IsIgnored(JinjaText.CharacterAt(text, before)));
        var after = index + 1;
        while (after < text.Length && IsIgnored(JinjaText.CharacterAt(text, after)))
            after += JinjaText.CharacterAt(text, after).Length;
        return before >= 0 && IsCased(JinjaText.CharacterAt(text, before))
            && (after >= text.Length || !IsCased(JinjaText.CharacterAt(text, after)));
    }

    private static bool IsIgnored(string character) => character is "'" or "." or ":" or "·" or "’" || Category(character) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter
        or UnicodeCategory.ModifierSymbol;
}
