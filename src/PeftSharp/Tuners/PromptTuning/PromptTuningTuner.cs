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

    protected override PromptAdapter CreatePrompt(LayerTarget embeddings, PromptTuningConfig config, bool isNew)
    {
        // In a file the text may be left over: peft writes it with every initialization, and the loaded values do not depend on it.
        if (isNew && config.PromptTuningInit != PromptTuningInit.Text && (config.PromptTuningInitText is not null || config.Tokenizer is not null))
            throw new ArgumentException($"PromptTuningInitText and Tokenizer are used only where PromptTuningInit is TEXT, and it is {PythonNames.NameOf(config.PromptTuningInit)}. Leave them out, or set it.");
        return new PromptEmbedding(embeddings, config, isNew);
    }
}
