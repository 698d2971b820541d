using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Tokenization;
using PeftSharp.Tuners.PromptTuning;

namespace PeftSharp.Tuners;

/// <summary>
/// Configuration of prompt tuning, which trains the embeddings of virtual tokens before the text while the model stays frozen (Lester et
/// al. 2021, arXiv:2104.08691).
/// </summary>
/// <remarks>peft's <c>PromptTuningConfig</c>.</remarks>
public sealed record PromptTuningConfig : PromptLearningConfig
{
    /// <inheritdoc/>
    public override string PeftType => "PROMPT_TUNING";

    /// <summary>The initialization of the virtual tokens. Default: random.</summary>
    public PromptTuningInit PromptTuningInit { get; init; }

    /// <summary>The text whose token embeddings initialize the virtual tokens, for <see cref="PromptTuningInit.Text"/>.</summary>
    public string? PromptTuningInitText { get; init; }

    /// <summary>
    /// The tokenizer of <see cref="PromptTuningInitText"/>. Required for initialization from a text; not part of the file.
    /// </summary>
    [JsonIgnore]
    public Tokenizer? Tokenizer { get; init; }

    /// <summary>
    /// The folder or name from which peft loads the tokenizer; this library only writes the value to the file. Null: with
    /// <see cref="PromptTuningInit.Text"/>, the folder or name of the base model; otherwise none.
    /// </summary>
    public string? TokenizerNameOrPath { get; init; }

    /// <summary>
    /// Options with which peft loads the tokenizer; this library only writes them to the file. Null: none.
    /// </summary>
    public JsonObject? TokenizerKwargs { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// <see cref="PromptTuningInit.Text"/> is set without <see cref="PromptTuningInitText"/>; <see cref="TokenizerKwargs"/> is set with
    /// another initialization; or the task or <see cref="PromptLearningConfig.NumTransformerSubmodules"/> is not supported.
    /// </exception>
    public override void Validate()
    {
        base.Validate();
        if (PromptTuningInit == PromptTuningInit.Text && string.IsNullOrEmpty(PromptTuningInitText))
            throw new ArgumentException("PromptTuningInit is Text, but PromptTuningInitText is empty. "
                + "Set the text, or set PromptTuningInit to Random.");
        if (PromptTuningInit != PromptTuningInit.Text && TokenizerKwargs is { Count: > 0 })
            throw new ArgumentException("TokenizerKwargs requires PromptTuningInit.Text, "
                + $"not {PromptTuningInit}: peft rejects such a file. Remove TokenizerKwargs.");
    }

    /// <inheritdoc/>
    protected internal override Tuner CreateTuner() => new PromptTuningTuner();
}
