using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Tokenization;
using PeftSharp.Tuners.PromptTuning;

namespace PeftSharp.Tuners;

/// <summary>Prompt tuning: trains the embeddings of virtual tokens before the text; the model stays as it is (Lester et al. 2021, arXiv:2104.08691).</summary>
/// <remarks>peft's <c>PromptTuningConfig</c>.</remarks>
public sealed record PromptTuningConfig : PromptLearningConfig
{
    /// <inheritdoc/>
    public override string PeftType => "PROMPT_TUNING";

    /// <summary>How the virtual tokens start. Default random.</summary>
    public PromptTuningInit PromptTuningInit { get; init; }

    /// <summary>The text whose tokens they start from, for <see cref="PromptTuningInit.Text"/>.</summary>
    public string? PromptTuningInitText { get; init; }

    /// <summary>The tokenizer of <see cref="PromptTuningInitText"/>. Needed to start from a text; not part of the file.</summary>
    [JsonIgnore]
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>The tokenizer's folder or name, for peft. Null: that of the base model.</summary>
    public string? TokenizerNameOrPath { get; init; }

    /// <summary>Options for peft's tokenizer. They are kept and not used.</summary>
    public JsonObject? TokenizerKwargs { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A text is needed and not given, or given and not used.</exception>
    public override void Validate()
    {
        base.Validate();
        if (PromptTuningInit == PromptTuningInit.Text && string.IsNullOrEmpty(PromptTuningInitText))
            throw new ArgumentException("PromptTuningInit is TEXT, but PromptTuningInitText is empty. Give the text, or choose RANDOM.");
        if (PromptTuningInit != PromptTuningInit.Text && TokenizerKwargs is { Count: > 0 })
            throw new ArgumentException($"TokenizerKwargs is used only where PromptTuningInit is TEXT, and it is {PythonNames.NameOf(PromptTuningInit)}: peft refuses such a file. Leave it out.");
    }

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new PromptTuningTuner();
}
