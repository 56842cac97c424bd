using Forewave.Architecture.Tests.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Forewave.Architecture.Tests.Rules;

/// <summary>
/// Two parameters of one primitive type side by side can be swapped without the compiler's notice. Ids and quantities
/// are types of their own. Free of the rule is what others have laid down: native functions and overrides.
/// </summary>
internal static class ParameterRule
{
    private static readonly string[] Primitives = ["string", "int", "long", "uint", "ulong", "bool", "double", "short", "ushort", "byte"];

    public static IEnumerable<Offence> Check(SourceFile source)
    {
        if (source.IsInterop)
        {
            yield break;
        }

        foreach (ParameterListSyntax list in source.All<ParameterListSyntax>().Where(IsOurs))
        {
            for (int i = 1; i < list.Parameters.Count; i++)
            {
                string? left = Primitive(list.Parameters[i - 1]);
                if (left is not null && left == Primitive(list.Parameters[i]))
                {
                    yield return source.Offence(list.Parameters[i], $"{Owner(list)}({list.Parameters[i - 1]}, {list.Parameters[i]})");
                }
            }
        }
    }

    private static bool IsOurs(ParameterListSyntax list) => list.Parent switch
    {
        MethodDeclarationSyntax method =>
            !method.Modifiers.Any(SyntaxKind.ExternKeyword) && !method.Modifiers.Any(SyntaxKind.OverrideKeyword)
            && method.ExplicitInterfaceSpecifier is null && !NativeCodeRule.IsImport(method),
        ConstructorDeclarationSyntax or TypeDeclarationSyntax or DelegateDeclarationSyntax or LocalFunctionStatementSyntax => true,
        _ => false,
    };

    private static string? Primitive(ParameterSyntax parameter)
    {
        TypeSyntax? type = parameter.Type is NullableTypeSyntax nullable ? nullable.ElementType : parameter.Type;
        string? name = (type as PredefinedTypeSyntax)?.Keyword.Text;
        return Primitives.Contains(name) ? $"{Direction(parameter)} {name}" : null;
    }

    // The compiler tells `out` and `ref` from a value, so those two cannot be swapped.
    private static string Direction(ParameterSyntax parameter) =>
        parameter.Modifiers.Select(modifier => modifier.Text).FirstOrDefault(modifier => modifier is "out" or "ref" or "in") ?? "";

    private static string Owner(ParameterListSyntax list) => list.Parent switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        TypeDeclarationSyntax type => type.Identifier.Text,
        DelegateDeclarationSyntax type => type.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        _ => "",
    };
}
