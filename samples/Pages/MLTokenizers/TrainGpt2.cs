#region readme-train-gpt2-usings
using Microsoft.ML.Tokenizers;
using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.MLTokenizers;
using PeftSharp.Models;
using PeftSharp.Models.Gpt2;
using PeftSharp.Training;
#endregion

namespace Pages.MLTokenizers;

/// <summary>A model that is trained with a tokenizer of Microsoft.ML.Tokenizers.</summary>
internal static class TrainGpt2
{
    internal static void Run()
    {
        #region readme-train-gpt2
        var tokenizer = TiktokenTokenizer.CreateForModel("gpt2").AsPeftSharpTokenizer();
        tokenizer.PadToken = tokenizer.EosToken;                       // GPT-2 has no padding token of its own
        var texts = Dataset.FromRows(Enumerable.Range(0, 32).Select(number => new { text = $"The movie {number % 4} was great." }));

        Seed.Set(42);
        using var model = AutoModelForCausalLM.FromConfig(
            new Gpt2Config { VocabSize = tokenizer.Count, NPositions = 32, NEmbd = 16, NLayer = 1, NHead = 2 });
        var arguments = new TrainingArguments("gpt2-run") { NumTrainEpochs = 10, LearningRate = 1e-2, SaveStrategy = SaveStrategy.No };
        var collator = new DataCollatorForLanguageModeling(tokenizer, mlm: false);
        var trainer = new Trainer(model, arguments, texts.Tokenize(tokenizer), dataCollator: collator, tokenizer: tokenizer);
        trainer.Train();

        var options = new GenerationOptions { MaxNewTokens = 8, PadTokenId = tokenizer.PadTokenId };
        using var output = model.Generate(tokenizer.Encode("The movie"), options);
        Console.WriteLine(tokenizer.Decode(output.Sequences, skipSpecialTokens: true));
        #endregion
    }
}
