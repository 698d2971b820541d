#region readme-adapter
using PeftSharp.Data;
using PeftSharp.Generation;
using PeftSharp.Models;
using PeftSharp.Prediction;
using PeftSharp.Training;
using PeftSharp.Tuners;

var (folder, file, adapter) = (args[0], args[1], args[2]);     // the model, a text file, the folder for the adapter
Seed.Set(42);
var tokenizer = AutoTokenizer.FromPretrained(folder);
tokenizer.PadToken = tokenizer.EosToken;                       // GPT-2 has no padding token of its own
var lora = new LoraConfig { R = 8, LoraAlpha = 16, TaskType = TaskType.CausalLM };
using var model = AutoModelForCausalLM.FromPretrained(folder).GetPeftModel(lora);
model.PrintTrainableParameters(Console.Out);

var text = Datasets.LoadDataset(file, "train", new DatasetLoadOptions { SampleBy = TextUnit.Document });
var blocks = Datasets.GroupTexts(text.Tokenize(tokenizer, truncation: false), blockSize: 64);      // rows of 64 tokens
var arguments = new TrainingArguments("adapter-run")
{
    NumTrainEpochs = 3, LearningRate = 1e-3, LoggingSteps = 10, SaveStrategy = SaveStrategy.No,
};
var collator = new DataCollatorForLanguageModeling(tokenizer, mlm: false);      // mlm: false is for models that generate text
var trainer = new Trainer(model, arguments, blocks, dataCollator: collator, callbacks: [new ProgressCallback()]);
trainer.Train();
model.SavePretrained(adapter);                                 // only the adapter: adapter_config.json, adapter_model.safetensors

using var writer = TextGenerator.FromPretrained(folder, adapterNameOrFolder: adapter);
Console.WriteLine(writer.Generate("The", new GenerationOptions { MaxNewTokens = 40, Seed = 42 }).FullText);
#endregion
