import type { UIConfig, UITheme } from '@bull-board/api/typings/app';

/** The colours of our own pages (`sign-in/style.css`), as Bull Board names them. */
export const theme: UITheme = {
  light: { primary: '#0f6f64', 'primary-foreground': '#f0faf8', ring: '#0f6f64', 'status-failed': '#b3261e' },
  dark: { primary: '#3ecfb2', 'primary-foreground': '#0c1f1b', ring: '#3ecfb2', 'status-failed': '#f0938d' },
};

/** Nobody should take one environment for another: production is red, all others are calm. */
export const badgeOf = (name: string): NonNullable<UIConfig['environment']> => ({
  label: name,
  color: /^prod/i.test(name) ? '#b3261e' : '#0f6f64',
  textColor: '#ffffff',
});
