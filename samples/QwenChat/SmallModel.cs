using PeftSharp.Data;
using PeftSharp.Models;
using PeftSharp.Models.Qwen2;
using PeftSharp.Tokenization;
using PeftSharp.Training;

/// <summary>A small Qwen2 with a tokenizer, both trained on sentences in a few seconds, so that the program needs no download.</summary>
internal static class SmallModel
{
    private const string ChatMl =
        "{%- for message in messages %}\n{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}\n{%- endfor %}\n"
        + "{%- if add_generation_prompt %}\n{{- '<|im_start|>assistant\\n' }}\n{%- endif %}";

    internal static string Make(string folder, double epochs)
    {
        var sentences = Capitals.Sentences();
        var texts = sentences.Concat(Capitals.Conversations().SelectMany(messages => messages.Select(message => message.Content!)));
        var trained = new BpeTrainer { VocabSize = 600, SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] }.Train(texts);
        (trained.PadToken, trained.EosToken, trained.ChatTemplate) = ("<|endoftext|>", "<|im_end|>", ChatMl);
        using var model = AutoModelForCausalLM.FromConfig(new Qwen2Config
        {
            VocabSize = trained.Count, HiddenSize = 128, IntermediateSize = 256, NumHiddenLayers = 3, NumAttentionHeads = 4,
            NumKeyValueHeads = 2, MaxPositionEmbeddings = 256, EosTokenId = [trained.EosTokenId!.Value], PadTokenId = trained.PadTokenId,
        });
        // The sentences are converted to messages, so that the model learns the special tokens too.
        var messages = sentences.Select(sentence => trained.RenderChatTemplate([new ChatMessage("text", sentence)]));
        var rows = Dataset.FromDict(("text", messages.ToArray())).Tokenize(trained, "text", maxLength: 64);
        var arguments = new TrainingArguments(folder)
        {
            NumTrainEpochs = epochs, PerDeviceTrainBatchSize = 16, LearningRate = 2e-3, LoggingSteps = 100, SaveStrategy = SaveStrategy.No,
        };
        var collator = new DataCollatorForLanguageModeling(trained, mlm: false);
        var trainer = new Trainer(model, arguments, rows, dataCollator: collator, tokenizer: trained, callbacks: [new ProgressCallback()]);
        Console.WriteLine($"A small model learns {sentences.Length} sentences, such as: {sentences[0]}");
        trainer.Train();
        trainer.SaveModel(folder);
        return folder;
    }
}
