using PeftSharp.Modeling;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>The adapters in a model's tree: which module is wrapped where, and how one comes in and goes out.</summary>
internal sealed class AdapterTree
{
    private readonly PretrainedModel _model;
    private readonly Tuner _tuner;
    private readonly AdapterState _state;

    internal AdapterTree(PretrainedModel model, Tuner tuner, AdapterState state) => (_model, _tuner, _state) = (model, tuner, state);

    /// <summary>The wrapped modules in the model's order.</summary>
    internal IReadOnlyList<(string Path, AdapterPart Part)> Parts => [.. Wrapped().Select(place => (place.Path, (AdapterPart)place.Module))];

    /// <summary>The configuration with what it left open: targets by name, the task's head, how the layers store their weights.</summary>
    /// <exception cref="ArgumentException">The family has no usual targets, or what is named is not there.</exception>
    internal LayerConfig Resolve(LayerConfig config)
    {
        var heads = TaskTypes.Heads(config.TaskType);
        var saved = (config.ModulesToSave ?? []).Union(heads).ToArray();
        config = config with
        {
            ModulesToSave = saved.Length > 0 ? saved : null,
            BaseModelNameOrPath = config.BaseModelNameOrPath ?? _model.NameOrPath,
        };
        CheckSaved(config, heads);
        return config with { TargetModules = Targets(config) };
    }

    /// <summary>Why a configuration is refused without <see cref="LayerConfig.IgnoreUnmatched"/>; null where it is not.</summary>
    internal string? Objection(LayerConfig config)
    {
        try
        {
            var resolved = Resolve(config);
            var places = Places();
            new TargetMatcher(resolved, resolved.TargetModules!).Match([.. places.Select(place => place.Path)], [.. places.Where(IsAdaptable).Select(place => place.Path)]);
            return null;
        }
        catch (ArgumentException error) { return UnmatchedEntry.Finding(error); }
    }

    /// <summary>Wraps the targets and gives each the adapter, with its initial numbers drawn in the model's order.</summary>
    /// <param name="adapter">Its name.</param>
    /// <param name="config">Its configuration, resolved.</param>
    /// <param name="fill">Gives it other numbers, such as those of a file; null: it keeps the initial ones.</param>
    /// <returns>The configuration, which now knows how the layers store their weights.</returns>
    /// <remarks>Where anything fails the model is as it was.</remarks>
    internal LayerConfig Add(string adapter, LayerConfig config, Action<LayerConfig>? fill)
    {
        var before = config.ChangesBase ? _model.named_parameters().Where(pair => pair.parameter.dim() > 1).Select(pair => (pair.parameter, Bits: pair.parameter.detach().clone().DetachFromDisposeScope())).ToArray() : [];
        try
        {
            config = Wrap(adapter, config, isNew: fill is null);
            fill?.Invoke(config);
            return config;
        }
        catch
        {
            using var free = no_grad();
            foreach (var (parameter, bits) in before) parameter.copy_(bits);
            Remove(adapter);
            throw;
        }
        finally
        {
            foreach (var (_, bits) in before) bits.Dispose();
        }
    }

    private LayerConfig Wrap(string adapter, LayerConfig config, bool isNew)
    {
        var places = Places();
        var matched = new TargetMatcher(config, config.TargetModules!).Match([.. places.Select(place => place.Path)], [.. places.Where(IsAdaptable).Select(place => place.Path)]).ToHashSet(StringComparer.Ordinal);
        var targets = places.Where(place => matched.Contains(place.Path)).ToArray();
        foreach (var place in targets)
            if (!IsAdaptable(place))
                throw new ArgumentException($"'{place.Path}' is a {place.Module.GetName()}; {_tuner.PeftType} adapts {_tuner.Targets}. Name those, for example '{places.First(IsAdaptable).Path}', or exclude this one.");
        bool? transposed = null;
        foreach (var place in targets)
        {
            var layer = place.Module as TunerLayer ?? Put(place, _tuner.Wrap((Module<Tensor, Tensor>)place.Module, _state));
            _tuner.Add(layer, place.Path, adapter, config);
            if (layer.Target is DenseTarget dense) transposed = dense.IsTransposed;
        }
        AddSaved(adapter, config, places, isNew);
        AddTokens(adapter, config);
        return config.ForLayers(transposed);
    }

    /// <summary>Takes an adapter out of every layer; a layer without adapters is put back where it stood.</summary>
    internal void Remove(string adapter)
    {
        foreach (var place in Wrapped())
        {
            var part = (AdapterPart)place.Module;
            part.Remove(adapter);
            if (!part.Adapters.Any()) ModuleTree.Replace(place, part.Release([]));
        }
    }

    /// <summary>Puts every module back where it stood.</summary>
    /// <param name="mergedAdapters">The adapters that are part of the modules from now on.</param>
    internal void Release(IReadOnlyList<string> mergedAdapters)
    {
        foreach (var place in Wrapped()) ModuleTree.Replace(place, ((AdapterPart)place.Module).Release(mergedAdapters));
    }

    private ModulePlace[] Wrapped() => [.. Places().Where(place => place.Module is AdapterPart)];

    private List<ModulePlace> Places() => ModuleTree.Walk(_model.WeightsRoot, module => module is AdapterPart);

    private bool IsAdaptable(ModulePlace place) => place.Module is TunerLayer || _tuner.CanWrap(place.Module);

    private TargetModules Targets(LayerConfig config)
    {
        if (config.TargetModules is { IsAllLinear: false } given) return given;
        if (config.TargetModules is null)
            return _model.Family.ModulesOf(_tuner.DefaultRoles) is { Count: > 0 } usual ? TargetModules.Create([.. usual])
                : throw new ArgumentException($"The family '{_model.Family.ModelType}' states no modules with the roles that {config.PeftType} adapts by default ({string.Join(", ", _tuner.DefaultRoles)}). Set TargetModules; its linear layers are {string.Join(", ", AllLinear(config))}.");
        return TargetModules.Create([.. AllLinear(config)]);
    }

    private IEnumerable<string> AllLinear(LayerConfig config) => Places()
        .Where(place => DenseTarget.Of(place.Module) is not null || place.Module is TunerLayer { Target: DenseTarget })
        .Where(place => !ReferenceEquals(place.Module, _model.OutputEmbeddings) && !(config.TaskType == TaskType.SeqCls && TaskTypes.Heads(config.TaskType).Contains(place.Path)))
        .Select(place => place.Path).Where(path => !TargetMatcher.IsSavedWhole(config, path));

    private static TPart Put<TPart>(ModulePlace place, TPart part) where TPart : AdapterPart
    {
        part.train(place.Module.training);
        if (part.Original.parameters().FirstOrDefault() is { } weight && weight.device_type != DeviceType.CPU) part.to(weight.device);   // so that it knows where it is: TorchSharp moves no module that thinks it is there
        ModuleTree.Replace(place, part);
        return part;
    }

    private void CheckSaved(LayerConfig config, IReadOnlyList<string> heads)
    {
        if (config.ModulesToSave is not { } names) return;
        var paths = Places().Select(place => place.Path).ToArray();
        var absent = names.Where(name => !paths.Any(path => path.EndsWith(name, StringComparison.Ordinal))).ToArray();
        var excused = absent.Except(heads).Any() ? absent.Except(heads).ToArray() : absent.Length == names.Count ? absent : [];
        if (excused.Length > 0 && !config.IgnoreUnmatched)
            throw UnmatchedEntry.Error($"modules_to_save holds {string.Join(", ", excused.Select(name => $"'{name}'"))}, but no module of {_model.GetName()} has a name that ends so"
                + Serialization.NameHint.For(excused[0], paths), "Correct the name, change the task type, or set IgnoreUnmatched.");
    }

    private void AddSaved(string adapter, LayerConfig config, IEnumerable<ModulePlace> before, bool isNew)
    {
        if (config.ModulesToSave is not { } names) return;
        foreach (var place in before.Where(place => names.Any(name => place.Path.EndsWith(name, StringComparison.Ordinal))))
        {
            if (place.Module is TunerLayer or TrainableTokensWrapper) throw new ArgumentException($"'{place.Path}' is to be trained whole, but another adapter adapts it. Take it out of modules_to_save or out of the targets.");
            if (isNew && _model.Config.TieWordEmbeddings && _model.OutputEmbeddings is not null && ReferenceEquals(_model.InputEmbeddings, place.Module))
                throw new ArgumentException($"'{place.Path}' is the table that the head reads too (tie_word_embeddings); a copy of it would leave the head behind. Train rows of it (TrainableTokenIndices) or untie the head.");
            if (place.Module is ModulesToSaveWrapper present) present.Add(adapter);
            else if (place.Module is Module<Tensor, Tensor> module)
            {
                var wrapper = new ModulesToSaveWrapper(module, _state);
                wrapper.Add(adapter);
                Put(place, wrapper);
            }
            else throw new ArgumentException($"'{place.Path}' ({place.Module.GetName()}) cannot be in modules_to_save: it is no module from one tensor to one tensor. Name modules inside of it.");
        }
    }

    private void AddTokens(string adapter, LayerConfig config)
    {
        if (config.TrainedTokens is not { } tokens) return;
        var targets = tokens.ByModule is { } byModule ? byModule.Select(pair => (Place: Embedding(pair.Key), Ids: pair.Value)) : [(InputEmbeddings(), tokens.Ids)];
        foreach (var (place, ids) in targets.ToArray())
        {
            var wrapper = place.Module as TrainableTokensWrapper;
            if (wrapper is null)
            {
                var table = TableTarget.Of(place.Module) ?? throw new ArgumentException($"trainable_token_indices means '{place.Path}', which is {(place.Module is AdapterPart ? "adapted already" : $"a {place.Module.GetName()}")}. Name an embedding that no other adapter changes.");
                wrapper = new TrainableTokensWrapper((Module<Tensor, Tensor>)place.Module, table, _state);
                Put(place, wrapper);
            }
            wrapper.Add(adapter, ids);
        }
    }

    private ModulePlace InputEmbeddings() => Places().First(place => ReferenceEquals(place.Module, _model.InputEmbeddings));

    private ModulePlace Embedding(string name)
    {
        var places = Places();
        return places.FirstOrDefault(place => place.Path == name || place.Path.EndsWith("." + name, StringComparison.Ordinal))
            ?? throw new ArgumentException($"trainable_token_indices names '{name}', but no module of {_model.GetName()} is called so{Serialization.NameHint.For(name, places.Select(place => place.Path))}");
    }
}
