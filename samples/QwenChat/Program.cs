using System.Diagnostics;
#region readme-chat-usings
using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Tokenization;
using PeftSharp.Training;
using PeftSharp.Tuners;
#endregion

if (Options.Parse(args) is not { } options) return 2;
var clock = Stopwatch.StartNew();
Seed.Set(options.Seed);

// The model and the conversations in the options; otherwise a small Qwen2 that was trained on capitals, and questions about capitals.
var folder = options.Model ?? SmallModel.Make(Path.Combine(options.Output, "base"), options.Epochs ?? 40);
var conversations = options.Data is { } file ? Datasets.LoadDataset(file, "train") : Capitals.Conversations().ToDataset();
var (output, epochs, rate) = (options.Output, options.Epochs ?? (options.Model is null ? 80 : 1), options.Model is null ? 5e-3 : 2e-4);

#region readme-chat
var tokenizer = AutoTokenizer.FromPretrained(folder);
var lora = new LoraConfig { R = 16, LoraAlpha = 32, TargetModules = "all-linear", TaskType = TaskType.CausalLM };
using var model = AutoModelForCausalLM.FromPretrained(folder).GetPeftModel(lora);
model.PrintTrainableParameters(Console.Out);

// The chat template converts each conversation to tokens. The labels are the tokens of the answers, so the loss ignores the questions.
var rows = conversations.ApplyChatTemplate(tokenizer, "messages", maxLength: 512);
var arguments = new TrainingArguments(output)
{
    NumTrainEpochs = epochs, PerDeviceTrainBatchSize = 8, LearningRate = rate, LoggingSteps = 50, SaveStrategy = SaveStrategy.No,
};
var trainer = new Trainer(model, arguments, rows, tokenizer: tokenizer, callbacks: [new ProgressCallback()]);
trainer.Train();
trainer.SaveModel(Path.Combine(output, "adapter"));
#endregion
Console.WriteLine($"Trained and saved in {clock.Elapsed.TotalSeconds:F0} s.");

#region readme-answer
// Loads the trained model, as another program would. To use a chat model without an adapter, pass only its folder.
using var generator = TextGenerator.FromPretrained(folder, adapterNameOrFolder: Path.Combine(output, "adapter"));
var greedy = new GenerationOptions { MaxNewTokens = 100, DoSample = false };
var answer = generator.Chat([new("user", "What is the capital of Norway?")], greedy);
Console.WriteLine(answer.Content);

// A conversation. The answer is shown while the model generates it.
var chat = new List<ChatMessage>();
Console.WriteLine("Ask a question; an empty line ends the conversation.");
while (Console.ReadLine() is { Length: > 0 } question)
{
    chat.Add(new ChatMessage("user", question));
    var text = "";
    await foreach (var piece in generator.ChatStreamAsync(chat, greedy))
    {
        Console.Write(piece);
        text += piece;
    }
    Console.WriteLine();
    chat.Add(new ChatMessage("assistant", text));
}
#endregion
return 0;
