using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>One top-level type per file, named as the file, in the namespace that the folder names; no regions.</summary>
internal static class ShapeRule
{
    public static IEnumerable<Offence> Check(SourceFile source)
    {
        MemberDeclarationSyntax[] types = [.. TopLevelTypes(source.Unit)];
        foreach (MemberDeclarationSyntax second in types.Skip(1))
        {
            yield return source.Offence(second, $"{Name(second)} is a second top-level type");
        }

        string file = Path.GetFileNameWithoutExtension(source.Path).Split('.', '{')[0];
        if (types.Length > 0 && Name(types[0]) != file)
        {
            yield return source.Offence(types[0], $"{Name(types[0])} stands in {Path.GetFileName(source.Path)}");
        }

        string expected = string.Join('.', source.Path.Split('/')[1..^1]);
        foreach (MemberDeclarationSyntax type in types.Take(1))
        {
            string actual = (type.Parent as BaseNamespaceDeclarationSyntax)?.Name.ToString() ?? "(none)";
            if (actual != expected)
            {
                yield return source.Offence(type, $"namespace {actual}, expected {expected}");
            }
        }

        foreach (var region in source.Unit.DescendantTrivia().Where(trivia => trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)))
        {
            yield return source.Offence(region.Token, "a region");
        }
    }

    private static IEnumerable<MemberDeclarationSyntax> TopLevelTypes(CompilationUnitSyntax unit) =>
        unit.Members.SelectMany(member => member is BaseNamespaceDeclarationSyntax space ? space.Members : [member])
            .Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    private static string Name(MemberDeclarationSyntax type) =>
        type is BaseTypeDeclarationSyntax declaration ? declaration.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text;
}
