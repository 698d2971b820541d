using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PeftSharp.Tests.Architecture;

/// <summary>
/// Which types each type of an assembly names: in bases, attributes, fields, signatures, constraints and method bodies. Nested and
/// compiler-generated types count as the outermost type around them.
/// </summary>
internal sealed class TypeReferences : ISignatureTypeProvider<bool, object?>
{
    private static readonly Dictionary<int, OperandType> _operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xffff, code => code.OperandType);

    private readonly MetadataReader _reader;
    private readonly PEReader _file;
    private readonly HashSet<(string From, string To)> _found = [];
    private string _from = "";

    private TypeReferences(PEReader file) => (_file, _reader) = (file, file.GetMetadataReader());

    internal static IReadOnlyCollection<(string From, string To)> Of(string assemblyPath)
    {
        using var file = new PEReader(File.OpenRead(assemblyPath));
        var references = new TypeReferences(file);
        foreach (var handle in references._reader.TypeDefinitions)
            references.AddType(handle);
        return references._found;
    }

    private void AddType(TypeDefinitionHandle handle)
    {
        var type = _reader.GetTypeDefinition(handle);
        _from = NameOf(handle);
        Add(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations()) Add(_reader.GetInterfaceImplementation(implemented).Interface);
        AddAttributes(type.GetCustomAttributes());
        AddConstraints(type.GetGenericParameters());
        foreach (var field in type.GetFields())
        {
            _reader.GetFieldDefinition(field).DecodeSignature(this, null);
            AddAttributes(_reader.GetFieldDefinition(field).GetCustomAttributes());
        }
        foreach (var property in type.GetProperties()) AddAttributes(_reader.GetPropertyDefinition(property).GetCustomAttributes());
        foreach (var method in type.GetMethods()) AddMethod(_reader.GetMethodDefinition(method));
    }

    private void AddMethod(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        AddAttributes(method.GetCustomAttributes());
        AddConstraints(method.GetGenericParameters());
        foreach (var parameter in method.GetParameters()) AddAttributes(_reader.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress == 0) return;
        var body = _file.GetMethodBody(method.RelativeVirtualAddress);
        Add(body.LocalSignature);
        foreach (var region in body.ExceptionRegions) Add(region.CatchType);
        AddInstructions(body.GetILReader());
    }

    private void AddInstructions(BlobReader code)
    {
        while (code.RemainingBytes > 0)
        {
            var first = code.ReadByte();
            switch (_operands[first == 0xfe ? 0xfe00 | code.ReadByte() : first])
            {
                case OperandType.InlineTok or OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField
                    or OperandType.InlineSig:
                    Add(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var targets = code.ReadInt32();            // first, for it moves the offset
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR: code.Offset += 8; break;
                case OperandType.InlineI or OperandType.InlineBrTarget or OperandType.InlineString or OperandType.ShortInlineR:
                    code.Offset += 4;
                    break;
                case OperandType.InlineVar: code.Offset += 2; break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar: code.Offset += 1; break;
            }
        }
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference: _found.Add((_from, NameOf(handle))); break;
            case HandleKind.TypeSpecification:
                _reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.FieldDefinition: Add(_reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()); break;
            case HandleKind.MethodDefinition: Add(_reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()); break;
            case HandleKind.MethodSpecification:
                var generic = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                generic.DecodeSignature(this, null);
                Add(generic.Method);
                break;
            case HandleKind.MemberReference:
                var member = _reader.GetMemberReference((MemberReferenceHandle)handle);
                Add(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method)
                    member.DecodeMethodSignature(this, null);
                else
                    member.DecodeFieldSignature(this, null);
                break;
            case HandleKind.StandaloneSignature:
                var signature = _reader.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.LocalVariables)
                    signature.DecodeLocalSignature(this, null);
                else
                    signature.DecodeMethodSignature(this, null);
                break;
        }
    }

    private void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes) Add(_reader.GetCustomAttribute(attribute).Constructor);
    }

    private void AddConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (var parameter in parameters)
            foreach (var constraint in _reader.GetGenericParameter(parameter).GetConstraints())
                Add(_reader.GetGenericParameterConstraint(constraint).Type);
    }

    /// <summary>Namespace and name of the outermost type around that one.</summary>
    private string NameOf(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeDefinition)
        {
            var type = _reader.GetTypeDefinition((TypeDefinitionHandle)handle);
            return type.GetDeclaringType() is { IsNil: false } outer ? NameOf(outer) : Join(type.Namespace, type.Name);
        }
        var reference = _reader.GetTypeReference((TypeReferenceHandle)handle);
        return reference.ResolutionScope is { IsNil: false, Kind: HandleKind.TypeReference } around
            ? NameOf(around)
            : Join(reference.Namespace, reference.Name);
    }

    private string Join(StringHandle space, StringHandle name) => $"{_reader.GetString(space)}.{_reader.GetString(name)}".TrimStart('.');

    // Decoding a signature visits each type in it; only those that are named by a handle matter here.
    public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        _found.Add((_from, NameOf(handle)));
    public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        _found.Add((_from, NameOf(handle)));
    public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        Add(handle);
        return true;
    }
    public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;
    public bool GetSZArrayType(bool elementType) => true;
    public bool GetArrayType(bool elementType, ArrayShape shape) => true;
    public bool GetByReferenceType(bool elementType) => true;
    public bool GetPointerType(bool elementType) => true;
    public bool GetPinnedType(bool elementType) => true;
    public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;
    public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;
    public bool GetGenericMethodParameter(object? genericContext, int index) => true;
    public bool GetGenericTypeParameter(object? genericContext, int index) => true;
    public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;
}
