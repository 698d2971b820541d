using System.Text.Json.Nodes;
using PeftSharp.Models;
using PeftSharp.Tokenization;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Chat templates: changed ones, and random ones of the words of Jinja.</summary>
internal sealed class ChatTemplateReader : FuzzReader
{
    private static readonly JsonNode _recorded = FuzzFixtures.Json("chat", "rendered.json");

    private static readonly string[] _words =
    [
        "{{", "}}", "{%", "%}", "{%-", "-%}", "{#", "#}", " for ", " in ", " endfor ", " if ", " else ", " elif ", " endif ", " set ",
        " endset ", " macro ", " endmacro ", " call ", " endcall ", " filter ", " endfilter ", " generation ", " endgeneration ",
        " break ", " continue ", " recursive ", "loop(", "loop.index", "loop.previtem", "messages", "message", "tools", "namespace(",
        "range(", "range(10**9)", "range(0)", "range(1,9,0)", "x", "ns.x", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "=", "==",
        "~", "+", "-", "*", "**", "/", "//", "%", "<", " and ", " or ", " not ", " is ", " defined ", " none ", " true ", " iterable ",
        "0", "-1", "1.5", "10**400", "2**63", "9223372036854775807", "1e308", "'a'", "\"é🙂\"", "'\\ud800'", "'%s'", "'{:>99999999}'",
        "'{0.x[1]}'", ".format(", ".join(", ".split(", ".replace(", ".items()", ".strip(", "|join", "|tojson", "|trim",
        "|replace('','x')", "|sort", "|groupby", "|batch(2)", "|slice(0)", "|map('upper')", "|select", "|selectattr('role')",
        "|round(400)", "|int(0)", "|float", "|string", "|list", "|first", "|length", "|indent(10)", "|truncate(1)", "|center(99999999)",
        "|wordwrap(0)", "|xmlattr", "|unique", "|sum", "|max", "|tojson(indent=99999)", "|format(1,2)", "|default(x)",
        "raise_exception('x')", "strftime_now('%Y%%%Q')", "lipsum()", "dict(", "cycler(", "joiner(", "x*99999", "'a'*99999", "[1]*99999",
    ];

    private readonly Lazy<Tokenizer> _tokenizer = new(() => AutoTokenizer.FromPretrained(FuzzFixtures.At("tokenizers", "tiny-gpt2")));

    internal override int ShortCount => 800;

    /// <summary>The limits of a template are 16 million characters for a value and 64 million units of computation.</summary>
    internal override long AllocationLimit(long inputBytes) => 8L << 30;

    internal override long ResidentLimit(long inputBytes) => 1200L << 20;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        _recorded["templates"]!.AsObject().Concat(FuzzFixtures.Json("reference", "chat_templates.json")["templates"]!.AsObject())
            .Select(template => new FuzzSeed(template.Key, "chat_template.jinja", FuzzFixtures.Utf8((string)template.Value!)))
            .Concat(_recorded["expressions"]!.AsArray().Take(400).Select((row, index) =>
                new FuzzSeed($"expression {index}", "chat_template.jinja", FuzzFixtures.Utf8($"{{{{ {row!["expression"]} }}}}"))));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        if (!random.OneIn(6)) return TextMutator.Mutate(random, seed.Content, _words);
        var open = random.OneIn(2);
        var words = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Pick(_words)));
        var repeated = random.OneIn(30) ? string.Concat(Enumerable.Repeat(random.Pick(_words), 5000)) : "";
        return FuzzFixtures.Utf8((open ? "{{" : "{%") + words + repeated + (open ? "}}" : "%}"));
    }

    internal override void Read(string folder, string file) => _tokenizer.Value.RenderChatTemplate(
        [new ChatMessage("system", "Be brief."), new ChatMessage("user", "Hello"), new ChatMessage("assistant", "Hi é 🙂")],
        new ChatTemplateOptions
        {
            ChatTemplate = File.ReadAllText(file), AddGenerationPrompt = true, Tools = _recorded["tools"]!.DeepClone().AsArray(),
            Documents = _recorded["documents"]!.DeepClone().AsArray(),
        });
}
