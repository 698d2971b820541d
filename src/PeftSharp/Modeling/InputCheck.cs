using PeftSharp.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// Checks values on which native code would crash and reports them in an exception. Values on a GPU are not checked: the trainer checks a
/// batch before it moves the batch to the GPU.
/// </summary>
internal static class InputCheck
{
    internal const long Ignored = -100;

    /// <summary>Checks a batch against the inputs that a model declares.</summary>
    /// <exception cref="DatasetException">A value is out of range or a shape is wrong.</exception>
    /// <exception cref="ArgumentException">A required input is missing, or there are more tokens than positions.</exception>
    internal static void All(PretrainedModel model, ModelInputs inputs)
    {
        var specs = model.Inputs;
        var given = specs.Where(spec => IsMain(spec, specs) && inputs[spec.Name] is not null).ToArray();
        if (given.Length != 1)
        {
            var main = string.Join(" or ", specs.Where(spec => IsMain(spec, specs)).Select(spec => spec.Name));
            throw new ArgumentException(given.Length > 1
                ? $"The inputs contain {string.Join(" and ", given.Select(spec => spec.Name))}. Set only one of them."
                : $"A required input is missing. Set {main}.");
        }
        Given(model, inputs);
    }

    /// <summary>Checks the tensors of a batch, for models that need not have all inputs.</summary>
    /// <exception cref="DatasetException">A value is out of range or a shape is wrong.</exception>
    /// <exception cref="ArgumentException">There are more tokens than positions.</exception>
    internal static void Given(PretrainedModel model, ModelInputs inputs)
    {
        foreach (var spec in model.Inputs)
            if (inputs[spec.Name] is { } tensor) One(spec, tensor, inputs);
    }

    /// <summary>Rejects tensors and options that the model does not read.</summary>
    /// <exception cref="ArgumentException">
    /// The model does not read a tensor or option; the message names it and those that the model reads.
    /// </exception>
    internal static void Keywords(PretrainedModel model, ModelInputs inputs, ForwardOptions options)
    {
        var (names, read) = (model.InputNames, model.OptionNames);
        foreach (var name in inputs.Tensors.Keys)
            if (!names.Contains(name)) Refuse(name);
        if (options.PastKeyValues is not null && !read.Contains("past_key_values")) Refuse("past_key_values");
        if (options.LogitsToKeep != 0 && !read.Contains("logits_to_keep")) Refuse("logits_to_keep");
        if (options.OutputHiddenStates && !read.Contains("output_hidden_states")) Refuse("output_hidden_states");
        if (options.OutputAttentions && !read.Contains("output_attentions")) Refuse("output_attentions");
        if (options.InterpolatePosEncoding && !read.Contains("interpolate_pos_encoding")) Refuse("interpolate_pos_encoding");
        if (options.ReturnLoss && !read.Contains("return_loss")) Refuse("return_loss");
        if (options.AdapterNames is not null && !read.Contains("adapter_names")) Refuse("adapter_names");

        void Refuse(string name) => throw new ArgumentException(
            name == "adapter_names"
                ? $"{model.GetName()} has no adapters, so AdapterNames cannot be used. Call GetPeftModel or PeftModel.FromPretrained, and "
                    + "use the model that it returns."
            : inputs[name] is not null
                ? $"{model.GetName()} does not use the tensor '{name}'. It uses {string.Join(", ", names)}. "
                    + "Remove the tensor, or use a model that reads it."
            : $"{model.GetName()} does not support ForwardOptions.{Property(name)}. It supports "
                + $"{(read.Count == 0 ? "no options" : string.Join(", ", read.Select(Property)))}. Remove the option, or use a model that "
                + "supports it.");
    }

    // OptionNames are the names in Python, such as past_key_values.
    private static string Property(string name) =>
        string.Concat(name.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>Whether the input is the main input or the embeddings that can replace it.</summary>
    private static bool IsMain(InputSpec spec, IReadOnlyList<InputSpec> specs) =>
        ReferenceEquals(spec, specs[0]) || spec.Kind == InputKind.Embeddings;

    private static void One(InputSpec spec, Tensor tensor, ModelInputs inputs)
    {
        switch (spec.Kind)
        {
            case InputKind.TokenIds:
                TokenIds(tensor, spec.Limit ?? long.MaxValue, spec.Name);
                if (spec.MaxLength is { } ids) Length(tensor.shape[^1], ids);
                break;
            case InputKind.Embeddings:
                if (spec.MaxLength is { } embeddings) Length(tensor.shape[^2], embeddings);
                break;
            case InputKind.AttentionMask: SameShape(inputs, spec.Name); break;
            case InputKind.CachedAttentionMask: SameRows(inputs, spec.Name); break;
            case InputKind.Categories:
                SameShape(inputs, spec.Name);
                if (spec.Limit is { } categories) Rows(tensor, categories, spec.Name, spec.LimitField ?? spec.Name);
                break;
            case InputKind.Positions:
                if (spec.Limit is { } positions) Rows(tensor, positions, spec.Name, spec.LimitField ?? spec.Name);
                break;
            case InputKind.Integers:
                if (tensor.dtype is not (ScalarType.Int64 or ScalarType.Int32))
                    throw new DatasetException(
                        $"'{spec.Name}' has type {tensor.dtype}, but the model expects integers (int64). "
                        + "Convert the column with CastColumn.");
                if (spec.Limit is { } limit) Rows(tensor, limit, spec.Name, spec.LimitField ?? spec.Name);
                break;
            case InputKind.Values:
                if (!is_floating_point(tensor))
                    throw new DatasetException(
                        $"'{spec.Name}' has type {tensor.dtype}, but the model expects floating-point values. "
                        + "Convert the column with CastColumn.");
                break;
        }
    }

    /// <exception cref="DatasetException">
    /// An id is not an integer, is negative or not less than <paramref name="vocabSize"/>, or the ids have fewer than two axes.
    /// </exception>
    internal static void TokenIds(Tensor ids, long vocabSize, string name = "input_ids")
    {
        if (ids.dtype is not (ScalarType.Int64 or ScalarType.Int32))
            throw new DatasetException(
                $"'{name}' has type {ids.dtype}, but ids must be integers (int64). Convert the column with CastColumn.");
        if (ids.dim() < 2)
            throw new DatasetException($"'{name}' has shape [{string.Join(", ", ids.shape)}], but [batch, tokens] is expected. "
                + "Call unsqueeze(0) to make a batch of one row.");
        Range(name, ids, 0, vocabSize - 1, null,
            vocabSize == long.MaxValue ? "Token ids are at least 0: correct the column"
                : $"The embeddings have {vocabSize} rows (vocab_size): use the tokenizer that belongs to this model");
    }

    /// <exception cref="DatasetException">A label is neither -100 nor a class index.</exception>
    /// <param name="labels">The labels.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="name">The name of the labels.</param>
    /// <param name="remedy">The valid values and the remedy, if the labels are not the classes of a classifier.</param>
    internal static void Labels(Tensor labels, long classes, string name = "labels", string? remedy = null)
    {
        if (labels.dtype is not (ScalarType.Int64 or ScalarType.Int32))
        {
            var found = is_floating_point(labels) ? "floating-point values" : $"values of type {labels.dtype}";
            if (remedy is not null)
                throw new DatasetException(
                    $"'{name}' contains {found}, but the labels of this model are integers (int64). Convert the column with CastColumn.");
            throw new DatasetException($"'{name}' contains {found}, but the model has {Quantity.Of(classes, "class")}, whose "
                + "labels are integers (int64). For classification, convert the column to class ids with "
                + $"dataset.CastColumn(\"{name}\", new Value(\"int64\")); for regression, load the model with numLabels: 1.");
        }
        Range(name, labels, 0, classes - 1, Ignored, remedy
            ?? $"The head has {Quantity.Of(classes, "class")}, 0 to {classes - 1}, and {Ignored} is ignored: "
            + "load the model with LabelNames or numLabels, or correct the column",
            introduction: remedy is null ? "Classes are numbered from 0: " : "");
    }

    /// <exception cref="DatasetException">A value is negative or not less than <paramref name="rows"/>.</exception>
    internal static void Rows(Tensor numbers, long rows, string name, string field) =>
        Range(name, numbers, 0, rows - 1, null, $"The model supports values from 0 to {rows - 1} ({field}): "
            + "correct the column or remove it");

    /// <exception cref="DatasetException">A tensor does not have the shape of the ids.</exception>
    internal static void SameShape(ModelInputs inputs, params string[] names)
    {
        if (inputs.InputIds is not { } ids) return;
        foreach (var name in names)
            if (inputs[name] is { } tensor && tensor.dim() == ids.dim() && !tensor.shape.SequenceEqual(ids.shape))
                throw new DatasetException($"'{name}' has shape [{string.Join(", ", tensor.shape)}], but 'input_ids' has "
                    + $"[{string.Join(", ", ids.shape)}]. Provide one value per token, and pad both columns to the same length.");
    }

    /// <exception cref="DatasetException">A tensor does not have as many rows as the ids.</exception>
    internal static void SameRows(ModelInputs inputs, string name)
    {
        if (inputs.InputIds is { } ids && inputs[name] is { } tensor && tensor.dim() == ids.dim() && tensor.shape[0] != ids.shape[0])
            throw new DatasetException($"'{name}' has shape [{string.Join(", ", tensor.shape)}], but 'input_ids' has "
                + $"[{string.Join(", ", ids.shape)}]. Provide one row per text.");
    }

    /// <exception cref="ArgumentException">There are more tokens than positions.</exception>
    /// <exception cref="DatasetException">There are no tokens.</exception>
    internal static void Length(long tokens, long positions)
    {
        if (tokens == 0)
            throw new DatasetException("The input has no tokens: every row of the batch is empty. Remove empty rows with dataset.Filter.");
        if (tokens > positions)
            throw new ArgumentException($"The input has {tokens} tokens, but this model has {positions} positions. "
                + $"Truncate the texts (truncation: true, maxLength: {positions}).");
    }

    private static void Range(string name, Tensor values, long lowest, long highest, long? exempt, string remedy, string introduction = "")
    {
        if (values.device_type != DeviceType.CPU || values.numel() == 0) return;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var wrong = values.lt(lowest).logical_or(values.gt(highest));
        if (exempt is { } value) wrong = wrong.logical_and(values.ne(value));
        if (!wrong.any().item<bool>()) return;
        var place = wrong.nonzero()[0].data<long>().ToArray();
        var found = values[place.Select(index => TensorIndex.Single(index)).ToArray()].to(ScalarType.Int64).item<long>();
        throw new DatasetException($"{introduction}'{name}' contains {found} at [{string.Join(", ", place)}] of the batch. {remedy}.");
    }
}
