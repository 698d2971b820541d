namespace PeftSharp.Tuners.PromptTuning;

/// <summary>The prompt tuning method (Lester et al. 2021, arXiv:2104.08691).</summary>
internal sealed class PromptTuningTuner : PromptTuner<PromptTuningConfig>
{
    protected internal override PeftConfig PrepareConfig(PeftConfig config)
    {
        var prompt = (PromptTuningConfig)base.PrepareConfig(config);
        if (prompt.PromptTuningInit != PromptTuningInit.Text || prompt.TokenizerNameOrPath is not null) return prompt;
        return prompt with
        {
            TokenizerNameOrPath = prompt.BaseModelNameOrPath ?? throw new ArgumentException("PromptTuningInit is Text, "
                + "but neither TokenizerNameOrPath nor the base model's folder is known, and peft requires tokenizer_name_or_path "
                + "in the file. Set TokenizerNameOrPath."),
        };
    }

    protected override PromptAdapter CreatePrompt(LayerTarget embeddings, PromptTuningConfig config, bool isNew)
    {
        // A file may contain an unused text: peft writes it with every initialization, and the loaded values do not depend on it.
        if (isNew && config.PromptTuningInit != PromptTuningInit.Text
            && (config.PromptTuningInitText is not null || config.Tokenizer is not null))
            throw new ArgumentException("PromptTuningInitText and Tokenizer require PromptTuningInit.Text, "
                + $"not {config.PromptTuningInit}. Remove them, or set PromptTuningInit to Text.");
        return new PromptEmbedding(embeddings, config, isNew);
    }
}
