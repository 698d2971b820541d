using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Vision;

/// <summary>Reads <c>preprocessor_config.json</c> in the current and in older formats, and writes it in the current format.</summary>
internal static class ImageProcessorFile
{
    internal const string Name = "preprocessor_config.json";
    internal const string Combined = "processor_config.json";

    // Ignored fields: they only describe the file, or they do not change the result. For example, every image is read as RGB.
    private static readonly string[] _ignored =
    [
        "image_processor_type", "feature_extractor_type", "processor_class", "_valid_processor_keys", "default_to_square",
        "disable_grouping", "model_input_names", "image_seq_length", "transformers_version", "_name_or_path", "do_convert_rgb",
    ];

    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    /// <exception cref="CheckpointException">The file is missing or malformed, or specifies something that is not supported.</exception>
    internal static ImageProcessorConfig Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path) && File.Exists(Path.Combine(folder, Combined))) path = Path.Combine(folder, Combined);
        if (!File.Exists(path))
            throw new CheckpointException($"'{folder}' does not contain '{Name}'. Download it with the model, or create an ImageProcessor "
                + "with ImageProcessorConfig.Vit or .Clip and save it there.");
        var json = Parse(path) as JsonObject
            ?? throw new CheckpointException($"'{path}' does not contain a JSON object. Download it again.");
        if (json["image_processor"] is JsonObject inner) json = inner;
        var fields = new Fields(json, path);
        var config = Parse(fields, KindOf(fields, folder));
        fields.RejectRest(_ignored);
        var problems = config.Problems().ToArray();
        return problems.Length == 0 ? config : throw new CheckpointException($"'{path}': {string.Join("; ", problems)}.");
    }

    internal static void Write(string folder, ImageProcessorConfig config)
    {
        var json = new JsonObject
        {
            ["crop_size"] = config.DoCenterCrop ? Size(config.CropSize) : null,
            ["do_center_crop"] = config.DoCenterCrop ? true : null,
            ["do_convert_rgb"] = true,
            ["do_normalize"] = config.DoNormalize,
            ["do_rescale"] = config.DoRescale,
            ["do_resize"] = config.DoResize,
            ["image_mean"] = new JsonArray([.. config.ImageMean.Select(value => (JsonNode)value)]),
            ["image_processor_type"] = config.ImageProcessorType,
            ["image_std"] = new JsonArray([.. config.ImageStd.Select(value => (JsonNode)value)]),
            ["resample"] = (int)config.Resample,
            ["rescale_factor"] = config.RescaleFactor,
            ["size"] = Size(config.Size),
        };
        foreach (var name in json.Where(field => field.Value is null).Select(field => field.Key).ToArray()) json.Remove(name);
        var path = Path.Combine(folder, Name);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(temporary, json.ToJsonString(_indented) + "\n");
            File.Move(temporary, path, overwrite: true);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException($"'{folder}' cannot be written ({error.Message}). Choose a folder that this user can write to.", error);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    private static JsonObject Size(ImageSize size) => size.ShortestEdge is { } edge
        ? new JsonObject { ["shortest_edge"] = edge }
        : new JsonObject { ["height"] = size.Height, ["width"] = size.Width };

    private static ImageProcessorConfig KindOf(Fields fields, string folder)
    {
        var name = fields.Text("image_processor_type") ?? fields.Text("feature_extractor_type") ?? ModelType(folder);
        return name switch
        {
            "ViTImageProcessor" or "ViTImageProcessorFast" or "ViTImageProcessorPil" or "ViTFeatureExtractor" or "vit" =>
                ImageProcessorConfig.Vit,
            "CLIPImageProcessor" or "CLIPImageProcessorFast" or "CLIPImageProcessorPil" or "CLIPFeatureExtractor" or "clip" =>
                ImageProcessorConfig.Clip,
            _ => throw fields.Wrong("image_processor_type", name is null ? null : JsonValue.Create(name),
                "ViTImageProcessor or CLIPImageProcessor (other image processors are not supported)"),
        };
    }

    private static string? ModelType(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        return File.Exists(path) && Parse(path) is JsonObject json && json["model_type"] is JsonValue value
            && value.TryGetValue<string>(out var type) ? type : null;
    }

    /// <summary>Reads JSON. As in Python, the last value of a duplicate field is used.</summary>
    /// <exception cref="CheckpointException">The file is not valid JSON.</exception>
    private static JsonNode? Parse(string path)
    {
        try { return ToNode(JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path))); }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"'{path}' is not valid JSON: {error.Message}", error);
        }
    }

    // JsonNode reports duplicate names and texts that are not Unicode when a field is read, not when the text is parsed.
    private static JsonNode? ToNode(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var json = new JsonObject();
                foreach (var field in element.EnumerateObject()) json[field.Name] = ToNode(field.Value);
                return json;
            case JsonValueKind.Array: return new JsonArray([.. element.EnumerateArray().Select(ToNode)]);
            case JsonValueKind.String: return JsonValue.Create(element.GetString());
            default: return JsonValue.Create(element);
        }
    }

    private static ImageProcessorConfig Parse(Fields fields, ImageProcessorConfig defaults) => defaults with
    {
        DoResize = fields.Boolean("do_resize") ?? defaults.DoResize,
        Size = fields.Size("size", isSquare: defaults.Size.ShortestEdge is null) ?? defaults.Size,
        Resample = (Resample)(fields.Integer("resample") ?? (int)defaults.Resample),
        DoCenterCrop = fields.Boolean("do_center_crop") ?? defaults.DoCenterCrop,
        CropSize = fields.Size("crop_size", isSquare: true) ?? defaults.CropSize,
        DoRescale = fields.Boolean("do_rescale") ?? defaults.DoRescale,
        RescaleFactor = fields.Number("rescale_factor") ?? defaults.RescaleFactor,
        DoNormalize = fields.Boolean("do_normalize") ?? defaults.DoNormalize,
        ImageMean = fields.Numbers("image_mean") ?? defaults.ImageMean,
        ImageStd = fields.Numbers("image_std") ?? defaults.ImageStd,
    };

    /// <summary>The fields of the file. A field that is not read must be null or false.</summary>
    private sealed class Fields(JsonObject json, string path)
    {
        private readonly HashSet<string> _read = new(StringComparer.Ordinal);

        internal string? Text(string name) => Read<string>(name, "a string");

        internal bool? Boolean(string name) => Read<bool?>(name, "true or false");

        internal int? Integer(string name) => Read<int?>(name, "an integer");

        internal double? Number(string name) => Read<double?>(name, "a number");

        internal double[]? Numbers(string name)
        {
            var node = Node(name);
            if (node is JsonValue single && single.TryGetValue<double>(out var value)) return [value, value, value];
            return node is null ? null : As<double[]>(name, node, "a list of numbers");
        }

        /// <summary>Reads a size: an object, a list of height and width, or a number for a square or the shortest edge.</summary>
        internal ImageSize? Size(string name, bool isSquare)
        {
            const string Expected = "an object with height and width or shortest_edge, a list of height and width, or a number";
            switch (Node(name))
            {
                case null: return null;
                case JsonValue number:
                    var edge = As<int>(name, number, Expected);
                    return isSquare ? new ImageSize(edge, edge) : new ImageSize(ShortestEdge: edge);
                case JsonArray { Count: 2 } list:
                    var pair = As<int[]>(name, list, Expected);
                    return new ImageSize(pair[0], pair[1]);
                case JsonObject size:
                    if (size.FirstOrDefault(part => part.Key is not ("height" or "width" or "shortest_edge") && part.Value is not null)
                        is { Key: { } unknown })
                        throw Wrong($"{name}.{unknown}", size[unknown], "height and width, or shortest_edge; others are not supported");
                    return new ImageSize(Part("height"), Part("width"), Part("shortest_edge"));

                    int? Part(string part) => size[part] is { } node ? As<int>($"{name}.{part}", node, "an integer") : null;
                case var other: throw Wrong(name, other, Expected);
            }
        }

        /// <summary>Rejects fields that were not read, unless they are null, false or the supported order of channels.</summary>
        internal void RejectRest(IEnumerable<string> ignored)
        {
            foreach (var (name, value) in json.Where(field => !_read.Contains(field.Key)).ExceptBy(ignored, field => field.Key))
            {
                var hasNoEffect = value is null || value.GetValueKind() == JsonValueKind.False
                    || (name is "data_format" or "input_data_format" && value.ToString() == "channels_first");
                if (!hasNoEffect)
                    throw new CheckpointException($"'{path}': the field '{name}' with the value {value!.ToJsonString()} is not "
                        + "supported. Remove the field if the images do not need it.");
            }
        }

        internal CheckpointException Wrong(string name, JsonNode? value, string expected) =>
            new($"'{path}': field '{name}' is {value?.ToJsonString() ?? "missing"}; expected {expected}.");

        private T? Read<T>(string name, string expected) => Node(name) is { } node ? As<T>(name, node, expected) : default;

        private T As<T>(string name, JsonNode node, string expected)
        {
            try { return node.Deserialize<T>()!; }
            catch (JsonException) { throw Wrong(name, node, expected); }
        }

        private JsonNode? Node(string name)
        {
            _read.Add(name);
            return json[name];
        }
    }
}
