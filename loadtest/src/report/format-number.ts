/** A number with a comma between thousands and `decimals` decimal places, the same in every locale. */
export function formatNumber(value: number, decimals = 0): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
