namespace PeftSharp.Tuners.PromptTuning;

/// <summary>Prompt tuning (Lester et al. 2021, arXiv:2104.08691).</summary>
internal sealed class PromptTuningTuner : PromptTuner<PromptTuningConfig>
{
    protected internal override PeftConfig Complete(PeftConfig config)
    {
        var prompt = (PromptTuningConfig)base.Complete(config);
        if (prompt.PromptTuningInit != PromptTuningInit.Text || prompt.TokenizerNameOrPath is not null) return prompt;
        return prompt with
        {
            TokenizerNameOrPath = prompt.BaseModelNameOrPath ?? throw new ArgumentException("PromptTuningInit is TEXT, and neither TokenizerNameOrPath nor the base model's folder is known: peft refuses a file without it. Set TokenizerNameOrPath."),
        };
    }

    protected override PromptAdapter CreatePrompt(LayerTarget embeddings, PromptTuningConfig config, bool isNew) => new PromptEmbedding(embeddings, config, isNew);
}
