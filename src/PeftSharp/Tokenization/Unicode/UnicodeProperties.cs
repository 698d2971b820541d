namespace PeftSharp.Tokenization;

/// <summary>
/// The properties of code points that regular expressions name, in the Unicode version of the reference implementation, and the scripts of
/// the pre-tokenizer <see cref="UnicodeScripts"/>.
/// </summary>
internal static partial class UnicodeProperties
{
    private static readonly Dictionary<string, CodePointSet> Named = new(StringComparer.Ordinal);
    private static readonly List<(int Start, int Script)> Scripts = [];
    private static readonly Dictionary<int, int[]> CaseGroups = [];
    private static readonly List<(int CodePoint, string Folded)> LongFolds = [];

    static UnicodeProperties()
    {
        var reader = PackedReader.Inflate(Packed);
        var categories = reader.ReadPartition();
        var scripts = reader.ReadPartition();
        foreach (var (names, ranges) in categories.Concat(scripts))
        {
            var set = CodePointSet.OfRanges(ranges);
            foreach (var name in names.Split('='))
                Named[Normalize(name)] = set;
        }
        foreach (var (names, ranges) in reader.ReadPartition())
            Scripts.AddRange(ranges.Select(range => (range.Start, int.Parse(names, System.Globalization.CultureInfo.InvariantCulture))));
        Scripts.Sort();
        for (var count = reader.Number(); count > 0; count--)
            Named[reader.Text()] = CodePointSet.OfRanges(reader.ReadRanges());
        for (var count = reader.Number(); count > 0; count--)
        {
            var group = reader.ReadNumbers();
            foreach (var c in group)
                CaseGroups[c] = group;
        }
        for (var count = reader.Number(); count > 0; count--)
            LongFolds.Add((reader.Number(), string.Concat(reader.ReadNumbers().Select(char.ConvertFromUtf32))));
        AddGroups();
    }

    /// <summary>The code points of <c>\w</c>.</summary>
    internal static CodePointSet Word => Named["word"];

    /// <summary>The code points of <c>\w</c> in a class in brackets, to which ², ³, ¹, ¼, ½ and ¾ do not belong.</summary>
    internal static CodePointSet WordInClass => Named["wordinclass"];

    /// <summary>The code points of <c>\s</c>.</summary>
    internal static CodePointSet Space { get; } = CodePointSet.Of(
        Enumerable.Range(0, char.MaxValue).Where(c => UnicodeTables.Is(c, UnicodeFlags.Space)));

    /// <summary>The code points whose case folding has several code points, with their folded forms: ß is folded to ss.</summary>
    internal static IReadOnlyList<(int CodePoint, string Folded)> LongCaseFolds => LongFolds;

    /// <summary>
    /// Returns the code points with a property: a general category or a script, by its long or short name, or one of a few other
    /// properties; null if it is not known.
    /// </summary>
    internal static CodePointSet? Find(string name) => Named.GetValueOrDefault(Normalize(name));

    /// <summary>Returns the code points of a class in POSIX brackets, such as <c>[:alpha:]</c>; null if it is not known.</summary>
    internal static CodePointSet? FindPosix(string name) => name switch
    {
        "punct" => Named["posixpunct"],
        "word" => WordInClass,
        "alnum" or "alpha" or "ascii" or "blank" or "cntrl" or "digit" or "graph" or "lower" or "print" or "space" or "upper" or "xdigit" =>
            Named[name],
        _ => null,
    };

    /// <summary>Adds the code points that differ from those of a set only in case.</summary>
    internal static CodePointSet WithoutCase(CodePointSet set) =>
        set.Union(CodePointSet.Of(CaseGroups.Where(group => set.Contains(group.Key)).SelectMany(group => group.Value)));

    /// <summary>
    /// The script of a code point for the pre-tokenizer; 0 if the code point has no script. Other numbers only distinguish the scripts.
    /// </summary>
    internal static int ScriptOf(int codePoint)
    {
        var place = Scripts.BinarySearch((codePoint, int.MaxValue));
        return Scripts[~place - 1].Script;
    }

    /// <summary>Returns a name without spaces, hyphens and underscores, in lower case, for comparison.</summary>
    private static string Normalize(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '-' or '_')).Select(char.ToLowerInvariant));

    private static void AddGroups()
    {
        foreach (var group in new[] { "L", "M", "N", "P", "S", "Z", "C" })
            Named[Normalize(group)] = Categories(
                Named.Keys.Where(name => name.Length == 2 && name.StartsWith(Normalize(group), StringComparison.Ordinal)));
        Named["lc"] = Categories(["lu", "ll", "lt"]);
        Named["wordinclass"] = Word.Intersect(CodePointSet.Of([0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]).Complement());
        Named["graph"] = Named["posixgraph"];
        Named["print"] = Named["posixprint"];
        Named["any"] = CodePointSet.All;
        Named["assigned"] = Named["cn"].Complement();
        Named["ascii"] = CodePointSet.OfRange(0, 0x7F);
        Named["alpha"] = Named["alphabetic"];
        Named["alnum"] = Named["alphabetic"].Union(Named["nd"]);
        Named["upper"] = Named["uppercase"];
        Named["lower"] = Named["lowercase"];
        Named["blank"] = Named["zs"].Union(CodePointSet.Of('\t'));
        Named["xdigit"] = CodePointSet.Of("0123456789abcdefABCDEF".Select(c => (int)c));
        Named["space"] = Named["whitespace"] = Space;
        foreach (var (name, category) in LongCategoryNames)
            Named[Normalize(name)] = Named[category];
    }

    private static CodePointSet Categories(IEnumerable<string> names) =>
        names.ToArray().Aggregate(CodePointSet.Empty, (set, name) => set.Union(Named[name]));

    private static readonly (string Name, string Category)[] LongCategoryNames =
    [
        ("Letter", "l"), ("Cased_Letter", "lc"), ("Uppercase_Letter", "lu"), ("Lowercase_Letter", "ll"), ("Titlecase_Letter", "lt"),
        ("Modifier_Letter", "lm"), ("Other_Letter", "lo"), ("Mark", "m"), ("Combining_Mark", "m"), ("Nonspacing_Mark", "mn"),
        ("Spacing_Mark", "mc"), ("Enclosing_Mark", "me"), ("Number", "n"), ("Decimal_Number", "nd"), ("Digit", "nd"),
        ("Letter_Number", "nl"), ("Other_Number", "no"),
        ("Punctuation", "p"), ("Punct", "p"), ("Connector_Punctuation", "pc"), ("Dash_Punctuation", "pd"),
        ("Open_Punctuation", "ps"), ("Close_Punctuation", "pe"), ("Initial_Punctuation", "pi"), ("Final_Punctuation", "pf"),
        ("Other_Punctuation", "po"), ("Symbol", "s"), ("Math_Symbol", "sm"), ("Currency_Symbol", "sc"), ("Modifier_Symbol", "sk"),
        ("Other_Symbol", "so"), ("Separator", "z"), ("Space_Separator", "zs"), ("Line_Separator", "zl"), ("Paragraph_Separator", "zp"),
        ("Other", "c"), ("Control", "cc"), ("Cntrl", "cc"), ("Format", "cf"), ("Private_Use", "co"), ("Unassigned", "cn"),
    ];
}
