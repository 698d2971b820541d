using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Applies several post-processors, at most one of which has a template.</summary>
internal sealed class PostProcessorSequence : PostProcessor
{
    private readonly IReadOnlyList<PostProcessor> _processors;

    /// <exception cref="TokenizerException">More than one post-processor adds special tokens.</exception>
    internal PostProcessorSequence(IReadOnlyList<PostProcessor> processors)
    {
        _processors = processors;
        var templates = processors.Select(p => p.Template).OfType<TemplateProcessing>().ToArray();
        if (templates.Length > 1)
            throw new TokenizerException(
                $"The post-processor is a sequence with {templates.Length} parts that add special tokens, "
                + "but at most one is supported.");
        Template = templates.SingleOrDefault();
    }

    internal override TemplateProcessing? Template { get; }

    internal override IEnumerable<bool> Trims => _processors.SelectMany(p => p.Trims);

    internal static PostProcessorSequence FromJson(JsonPart part) => new(TokenizerComponents.PostProcessors.ReadItems(part, "processors"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["processors"] = new JsonArray([.. _processors.Select(p => p.ToJson())]) };
}
