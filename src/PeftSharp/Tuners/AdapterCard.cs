using PeftSharp.Hub;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>The model card of an adapter. peft also saves a card with each adapter.</summary>
internal static class AdapterCard
{
    /// <summary>Writes the card if the folder has none.</summary>
    internal static void SaveIfMissing(PeftModel model, string folder)
    {
        if (File.Exists(Path.Combine(folder, ModelCard.FileName))) return;
        var origin = BaseModelOf(model);
        var data = new ModelCardData { LibraryName = "peft", BaseModel = origin, Tags = TagsOf(model, origin) };
        var name = origin is null ? "Adapter" : $"Adapter for {origin}";
        var adapter = $"This {model.PeftConfigs.Values.First().PeftType} adapter changes "
            + (origin is null ? $"a model of the class {model.BaseModelClass}." : $"[{origin}](https://huggingface.co/{origin}).");
        new ModelCard(data, $"{ModelCard.GeneratedComment}\n\n# {name}\n\n{adapter}\n\n## Model description\n\nMore information needed\n"
            + $"\n### Framework versions\n\n{FrameworkVersions.Text}").Save(folder);
    }

    /// <summary>The name of the base model on the Hub. Null: it was loaded from a folder, or it is unknown.</summary>
    internal static string? BaseModelOf(PeftModel model) => ModelNames.OnHub(model.BaseNameOrPath)
        ?? model.PeftConfigs.Values.Select(config => ModelNames.OnHub(config.BaseModelNameOrPath)).FirstOrDefault(name => name is not null);

    /// <summary>The tags of peft.</summary>
    internal static IReadOnlyList<string> TagsOf(PeftModel model, string? origin)
    {
        var tags = new List<string>();
        if (origin is not null) tags.Add($"base_model:adapter:{origin}");
        if (model.PeftConfigs.Values.Any(config => config.PeftType == "LORA")) tags.Add("lora");
        tags.Add("transformers");
        return tags;
    }
}
