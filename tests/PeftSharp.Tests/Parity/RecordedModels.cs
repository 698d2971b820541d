using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;

namespace PeftSharp.Tests.Parity;

/// <summary>The recorded models (<c>models/&lt;case&gt;</c>): which there are, which class each of them is, and where they lie.</summary>
internal static class RecordedModels
{
    /// <summary>The root of the recorded values, or null.</summary>
    internal static string? Root { get; } = Environment.GetEnvironmentVariable("PEFTSHARP_REFERENCE") ?? Find(Path.Combine("tests", "fixtures", "reference"));

    /// <summary>Where a file or folder below the root is; skips the test where it is not there.</summary>
    internal static string Need(params string[] parts)
    {
        var path = Root is null ? null : Path.Combine([Root, .. parts]);
        Skip.If(path is null || !Path.Exists(path), $"Nothing recorded at '{path ?? string.Join('/', parts)}'.");
        return path!;
    }

    /// <summary>The cases of the families that the library serves, or one empty name where there are none (a theory needs a row).</summary>
    internal static IEnumerable<object[]> Cases(Func<string, bool>? which = null)
    {
        var folder = Root is null ? null : Path.Combine(Root, "models");
        var names = folder is not null && Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder).Where(IsServed).Select(path => Path.GetFileName(path)).Where(which ?? (_ => true)).Order(StringComparer.Ordinal).ToArray()
            : [];
        return names.DefaultIfEmpty("").Select(name => new object[] { name });
    }

    /// <summary>The model of a case, as its <c>architectures</c> names it.</summary>
    internal static PretrainedModel Load(string folder)
    {
        var config = AutoConfig.FromPretrained(folder);
        return Task(config.Architectures![0]) switch
        {
            ModelTask.CausalLM => AutoModelForCausalLM.FromPretrained(folder),
            ModelTask.MaskedLM => AutoModelForMaskedLM.FromPretrained(folder),
            ModelTask.SequenceClassification => AutoModelForSequenceClassification.FromPretrained(folder),
            ModelTask.TokenClassification => AutoModelForTokenClassification.FromPretrained(folder),
            ModelTask.QuestionAnswering => AutoModelForQuestionAnswering.FromPretrained(folder),
            ModelTask.MultipleChoice => AutoModelForMultipleChoice.FromPretrained(folder),
            _ => AutoModel.FromPretrained(folder),
        };
    }

    /// <summary>The task that a class of transformers is for.</summary>
    internal static ModelTask Task(string architecture) =>
        architecture.EndsWith("LMHeadModel", StringComparison.Ordinal) ? ModelTask.CausalLM
        : Enum.GetValues<ModelTask>().Where(task => architecture.EndsWith("For" + task, StringComparison.Ordinal)).DefaultIfEmpty(ModelTask.FeatureExtraction).First();

    private static bool IsServed(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path)) return false;
        var json = JsonFile.Read(path);
        if (!ModelFamilies.ModelTypes.Contains((string?)json["model_type"])) return false;
        return ModelFamilies.Get((string)json["model_type"]!).Builders.ContainsKey(Task((string)json["architectures"]![0]!));
    }

    private static string? Find(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Directory.Exists(Path.Combine(folder.FullName, relative))) return Path.Combine(folder.FullName, relative);
        return null;
    }
}
